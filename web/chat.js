// The page of the chat: it shows every text that the server passes on, and sends
// what is typed. Texts are shown as text, never as markup.

const chat = document.getElementById('chat');
const form = document.getElementById('form');
const input = document.getElementById('message');
const button = document.getElementById('send');
const state = document.getElementById('status');

const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
const socket = new WebSocket(`${scheme}//${location.host}/chat`);

function show(text) {
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 40;
  const item = document.createElement('li');
  item.dir = 'auto';
  item.textContent = text;
  chat.append(item);
  if (atEnd) chat.scrollTop = chat.scrollHeight;
}

function setState(text, open) {
  state.textContent = text;
  button.disabled = !open;
}

socket.addEventListener('open', () => setState('서버 연결 완료', true));
socket.addEventListener('message', (event) => show(event.data));
socket.addEventListener('error', () => setState('연결 오류가 발생했습니다.', false));
socket.addEventListener('close', (event) => {
  setState(`연결이 종료되었습니다. (${event.code}${event.reason ? ` ${event.reason}` : ''})`, false);
});

// Enter sends too, as in every form; but not the Enter that ends the composition
// of a syllable, which isComposing tells (229 in browsers that say it late).
input.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) event.preventDefault();
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(input.value);
  input.value = '';
  input.focus();
});

setState('연결하는 중…', false);
