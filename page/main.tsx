import { render } from 'preact';
import type { PageSession } from '../src/outputs/page/page-session.js';
import { App } from './view/app.js';
import { enterWith, TokenDoor } from './view/token-door.js';

const page = document.getElementById('page')!;

async function show(): Promise<void> {
  const answer = await fetch('/session.json');
  if (answer.status === 401) render(<TokenDoor onEntered={() => void show()} />, page);
  else {
    const session: PageSession = await answer.json();
    render(<App session={session} />, page);
  }
}

// A token after # stays in the browser. It is also removed from the address, before anybody copies that.
const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
if (token !== undefined) {
  history.replaceState(null, '', '/');
  await enterWith(token);
}
await show();
