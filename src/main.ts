/** Starts the page: the look, the engine's worker, the app, and the service worker that lets it run without a network. */
import { mount } from 'svelte';
import { must } from './base/assert.ts';
import { EngineClient } from './engine/client.ts';
import { registerServiceWorker } from './serviceWorker.ts';
import './ui/look/tokens.css';
import './ui/look/base.css';
import App from './ui/App.svelte';
import { Session } from './ui/state/session.svelte.ts';
import { Shell } from './ui/state/shell.svelte.ts';

const shell = new Shell();
mount(App, {
  target: must(document.getElementById('app'), 'index.html has #app'),
  props: { session: new Session(new EngineClient()), shell },
});
void registerServiceWorker((reload) => {
  shell.update = reload;
});
