import { render } from 'preact';
import type { PageSession } from '../src/outputs/page/page-session.js';
import { App } from './view/app.js';

const session: PageSession = await fetch('/session.json').then((response) => response.json());
render(<App session={session} />, document.getElementById('page')!);
