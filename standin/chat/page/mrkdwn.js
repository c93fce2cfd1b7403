// Turns Slack's mrkdwn into DOM nodes. Text only ever becomes text nodes: what
// a message says can never become markup of this page.
const token = /```([\s\S]*?)```|`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])|(?<!\w):([a-z0-9_+-]+):(?!\w)/g;
const emoji = { white_check_mark: '✅', x: '❌', warning: '⚠️', rotating_light: '🚨', hourglass_flowing_sand: '⏳', lock: '🔒', question: '❓', mag: '🔍', no_entry: '⛔', no_entry_sign: '🚫', large_green_circle: '🟢', red_circle: '🔴', large_red_circle: '🔴', white_circle: '⚪', large_yellow_circle: '🟡', heavy_check_mark: '✔️', arrow_right: '➡️', information_source: 'ℹ️', wrench: '🔧', link: '🔗' };

const unescape = (s) => s.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

function element(name, text, className) {
  const node = document.createElement(name);
  if (text !== undefined) node.textContent = unescape(text);
  if (className) node.className = className;
  return node;
}

function pre(text) {
  const block = document.createElement('pre');
  const lines = text.replace(/^\n/, '').replace(/\n$/, '').split('\n');
  lines.forEach((line, i) => {
    const kind = /^\+/.test(line) ? 'add' : /^-/.test(line) ? 'remove' : '';
    block.append(element('span', line + (i < lines.length - 1 ? '\n' : ''), kind));
  });
  return block;
}

function reference(inside, names) {
  const [target, label] = inside.split('|');
  if (/^[@#!]/.test(target)) return element('b', label || '@' + (names[target.slice(1)] || target.slice(1)));
  const url = unescape(target);
  if (!/^https?:/.test(url)) return document.createTextNode(unescape(`<${inside}>`));
  const link = element('a', label || target);
  link.href = url; link.target = '_blank'; link.rel = 'noreferrer';
  return link;
}

export function mrkdwn(text, names = {}) {
  const into = document.createDocumentFragment();
  let at = 0;
  for (const m of text.matchAll(token)) {
    into.append(unescape(text.slice(at, m.index)));
    at = m.index + m[0].length;
    if (m[1] !== undefined) into.append(pre(m[1]));
    else if (m[2] !== undefined) into.append(element('code', m[2]));
    else if (m[3] !== undefined) into.append(reference(m[3], names));
    else if (m[4] !== undefined) { const b = document.createElement('b'); b.append(mrkdwn(m[4], names)); into.append(b); }
    else if (m[5] !== undefined) { const i = document.createElement('i'); i.append(mrkdwn(m[5], names)); into.append(i); }
    else if (m[6] !== undefined) into.append(element('s', m[6]));
    else into.append(emoji[m[7]] || m[0]);
  }
  into.append(unescape(text.slice(at)));
  return into;
}

export const plain = (text) => document.createTextNode(text.replace(/:([a-z0-9_+-]+):/g, (all, name) => emoji[name] || all));
