// Draws the Block Kit blocks that steward uses.
import { mrkdwn, plain } from './mrkdwn.js';

const div = (className, ...children) => { const d = document.createElement('div'); d.className = className; d.append(...children); return d; };
const text = (t, names) => (t.type === 'mrkdwn' ? mrkdwn(t.text, names) : plain(t.text));

function button(e, press) {
  const b = document.createElement('button');
  b.type = 'button';
  b.className = 'block ' + (e.style || '');
  b.append(plain(e.text.text));
  if (e.url) b.onclick = () => window.open(e.url, '_blank', 'noreferrer');
  else b.onclick = async () => {
    if (e.confirm && !window.confirm([e.confirm.title, e.confirm.text].filter(Boolean).map((t) => t.text).join('\n'))) return;
    b.disabled = true;
    try { await press(e); } finally { b.disabled = false; }
  };
  return b;
}

function select(e) {
  const s = document.createElement('select');
  s.dataset.action = e.action_id;
  for (const o of e.options || []) { const option = new Option(o.text.text, o.value); option.selected = e.initial_option?.value === o.value; s.append(option); }
  return s;
}

function input(b) {
  const box = div('input');
  const label = document.createElement('label');
  label.append(plain(b.label.text + (b.optional ? ' (optional)' : '')));
  let field;
  if (b.element.type === 'static_select') field = select(b.element);
  else {
    field = document.createElement(b.element.multiline ? 'textarea' : 'input');
    field.placeholder = b.element.placeholder?.text || '';
    field.value = b.element.initial_value || '';
    field.dataset.action = b.element.action_id;
  }
  field.dataset.block = b.block_id;
  box.append(label, field);
  if (b.hint) box.append(div('hint', plain(b.hint.text)));
  return box;
}

function section(b, press, names) {
  const s = div('section');
  if (b.text) s.append(text(b.text, names));
  if (b.fields) s.append(div('fields', ...b.fields.map((f) => div('field', text(f, names)))));
  if (b.accessory?.type === 'button') s.append(div('actions', button(b.accessory, press)));
  return s;
}

function richText(b) {
  const read = (e) => (e.elements ? e.elements.map(read).join(e.type === 'rich_text_list' ? '\n' : '') : e.text || e.url || '');
  return div('section', plain(b.elements.map(read).join('\n')));
}

export function blocks(list, press, names) {
  return (list || []).map((b) => {
    switch (b.type) {
      case 'header': return div('header', plain(b.text.text));
      case 'section': return section(b, press, names);
      case 'context': return div('context', ...b.elements.filter((e) => e.text).flatMap((e) => [text(e, names), '  ']));
      case 'actions': return div('actions', ...b.elements.map((e) => (e.type === 'button' ? button(e, press) : select(e))));
      case 'divider': return document.createElement('hr');
      case 'input': return input(b);
      case 'markdown': return div('section', mrkdwn(b.text, names));
      case 'rich_text': return richText(b);
      default: return div('context', plain(`[${b.type}]`));
    }
  });
}
