// The chat: one person, one channel, live. Everything goes through the person
// API, as any other program would use it.
import { blocks } from './blocks.js';
import { mrkdwn } from './mrkdwn.js';

const $ = (id) => document.getElementById(id);
const state = { user: '', channel: '', thread: '', names: {}, guide: {}, stream: null, history: [], at: 0 };

async function call(path, body) {
  const options = body ? { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) } : {};
  const response = await fetch('/person/' + path, options);
  const answer = await response.json().catch(() => ({}));
  $('trouble').textContent = response.ok ? '' : answer.error || 'The stand-in Slack refused this.';
  return answer;
}

const list = (answer, key) => answer[key] || (Array.isArray(answer) ? answer : []);

function message(m, ephemeral) {
  const item = document.createElement('li');
  item.className = ephemeral ? 'message ephemeral' : 'message';
  const who = document.createElement('div');
  who.className = 'who';
  who.append(m.name || state.names[m.user] || m.user || 'steward');
  if (m.bot_id || m.app || !(m.user in state.names)) { const app = document.createElement('span'); app.className = 'app'; app.textContent = 'APP'; who.append(app); }
  const time = document.createElement('small');
  time.textContent = new Date(Number(m.ts) * 1000).toLocaleTimeString() + (m.edited ? ' (edited)' : '');
  who.append(time);
  const press = (e) => call('press', { user: state.user, channel: state.channel, message_ts: m.ts, action_id: e.action_id, value: e.value });
  item.append(who);
  if (m.blocks?.length) item.append(...blocks(m.blocks, press, state.names));
  else { const text = document.createElement('div'); text.className = 'section'; text.append(mrkdwn(m.text || '', state.names)); item.append(text); }
  return item;
}

function withThread(m, ephemerals) {
  const item = message(m);
  const mine = ephemerals.filter((e) => e.thread_ts === m.ts).map((e) => ({ ...e, ephemeral: true }));
  const replies = [...(m.thread || []), ...mine].sort((a, b) => Number(a.ts) - Number(b.ts));
  if (replies.length) {
    const thread = document.createElement('ol');
    thread.className = 'thread';
    thread.append(...replies.map((r) => message(r, r.ephemeral)));
    item.append(thread);
  }
  const reply = document.createElement('button');
  reply.className = 'reply';
  reply.textContent = 'Reply in thread';
  reply.onclick = () => replyTo(m.ts);
  item.append(reply);
  return item;
}

function replyTo(ts) {
  state.thread = ts;
  $('replying').hidden = !ts;
  $('replying').textContent = ts ? 'Replying in a thread: slash commands do not work here, @steward does. Escape to leave.' : '';
  $('text').placeholder = ts ? '@steward status checkout' : `${state.guide.command} diagnose checkout`;
  $('text').focus();
}

async function refresh() {
  const answer = await call(`channel/${state.channel}?user=${state.user}`);
  const ephemerals = answer.ephemerals || [];
  const loose = ephemerals.filter((e) => !e.thread_ts).map((e) => ({ ...e, ephemeral: true }));
  const all = [...(answer.messages || []), ...loose].sort((a, b) => Number(a.ts) - Number(b.ts));
  const box = $('messages');
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  box.replaceChildren(...all.map((m) => (m.ephemeral ? message(m, true) : withThread(m, ephemerals))));
  if (atEnd) box.scrollTop = box.scrollHeight;
  $('channel-name').textContent = '# ' + (answer.channel?.name || state.channel);
}

function modalButtons(view) {
  const row = document.createElement('div');
  row.className = 'buttons';
  const close = document.createElement('button');
  close.textContent = view.close?.text || 'Close';
  close.onclick = async () => { await call('close', { user: state.user, view_id: view.id }); showModal(); };
  row.append(close);
  if (view.submit) {
    const submit = document.createElement('button');
    submit.className = 'primary';
    submit.textContent = view.submit.text;
    submit.onclick = () => submitModal(view);
    row.append(submit);
  }
  return row;
}

async function submitModal(view) {
  const values = {};
  for (const field of $('modal').querySelectorAll('[data-block]')) (values[field.dataset.block] ||= {})[field.dataset.action] = field.value;
  const answer = await call('submit', { user: state.user, view_id: view.id, values });
  await showModal(answer.errors);
}

async function showModal(errors) {
  const { view, errors: stored, trouble } = await call(`view/${state.user}`);
  const modal = $('modal');
  if (!view) { modal.close(); modal.dataset.hash = ''; return; }
  if (modal.open && modal.dataset.hash === view.id + view.hash && !errors) return;
  modal.dataset.hash = view.id + view.hash;
  const title = document.createElement('h2');
  title.textContent = view.title.text;
  const press = (e) => call('press', { user: state.user, view_id: view.id, action_id: e.action_id, value: e.value });
  modal.replaceChildren(title, ...blocks(view.blocks, press, state.names));
  for (const [block, words] of Object.entries(errors || stored || {})) {
    const wrong = document.createElement('div');
    wrong.className = 'wrong';
    wrong.textContent = words;
    modal.querySelector(`[data-block="${CSS.escape(block)}"]`)?.after(wrong);
  }
  if (trouble) modal.append(trouble);
  modal.append(modalButtons(view));
  if (!modal.open) modal.showModal();
}

async function say(text) {
  const base = { user: state.user, channel: state.channel };
  if (text.startsWith(state.guide.command)) await call('command', { ...base, text: text.slice(state.guide.command.length).trim() });
  else await call('mention', { ...base, text: text.replace(/^@steward\s*/, ''), thread_ts: state.thread || undefined });
}

function watch() {
  state.stream?.close();
  state.stream = new EventSource(`/person/stream?user=${state.user}`);
  state.stream.onopen = () => $('live').classList.add('on');
  state.stream.onerror = () => $('live').classList.remove('on');
  state.stream.onmessage = () => { refresh(); showModal(); };
}

async function become(user) {
  state.user = user;
  const channels = list(await call(`channels?user=${user}`), 'channels');
  if (!channels.some((c) => c.id === state.channel)) state.channel = channels[0]?.id || '';
  $('channels').replaceChildren(...channels.map((c) => {
    const b = document.createElement('button');
    b.textContent = '# ' + c.name;
    b.className = c.id === state.channel ? 'here' : '';
    b.onclick = () => { state.channel = c.id; replyTo(''); become(user); };
    const item = document.createElement('li');
    item.append(b);
    return item;
  }));
  watch();
  await refresh();
  await showModal();
}

function fill(guide) {
  document.title = $('title').textContent = guide.title;
  $('links').replaceChildren(...(guide.links || []).map((l) => {
    const item = document.createElement('li'); const a = document.createElement('a');
    a.textContent = l.title; a.href = l.url; a.target = '_blank'; a.rel = 'noreferrer'; item.append(a); return item;
  }));
  $('try').replaceChildren(...(guide.try || []).flatMap((t) => {
    const title = document.createElement('h3'); title.textContent = t.title;
    return [title, ...t.lines.map((line) => { const b = document.createElement('button'); b.textContent = line; b.onclick = () => { $('text').value = line; $('text').focus(); }; return b; })];
  }), ...(guide.notes || []).map((n) => { const p = document.createElement('p'); p.className = 'hint'; p.textContent = n; return p; }));
}

async function start() {
  state.guide = await (await fetch('/guide')).json();
  fill(state.guide);
  state.channel = state.guide.channel;
  const people = list(await call('people'), 'people').filter((p) => !p.bot && !p.deleted);
  for (const p of people) { state.names[p.id] = p.name; $('person').append(new Option(p.real_name || p.name, p.id)); }
  $('person').value = state.guide.user;
  $('person').onchange = () => become($('person').value);
  $('say').onsubmit = async (event) => {
    event.preventDefault();
    const text = $('text').value.trim();
    if (!text) return;
    state.history.push(text); state.at = state.history.length;
    $('text').value = '';
    await say(text);
  };
  $('text').onkeydown = (event) => {
    if (event.key === 'Escape') replyTo('');
    if (event.key === 'ArrowUp' && state.at > 0) { $('text').value = state.history[--state.at]; event.preventDefault(); }
  };
  $('modal').oncancel = (event) => event.preventDefault();
  await become(state.guide.user);
}

start();
