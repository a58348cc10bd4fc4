/** A hex panel over the fake engine with bytes, in a page of the size that the panel has at 1280 × 800. */
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import HexPanel from '../../src/ui/hex/HexPanel.svelte';
import '../../src/ui/look/tokens.css';
import '../../src/ui/look/base.css';
import { keys } from '../../src/ui/keys/keys.ts';
import { Session } from '../../src/ui/state/session.svelte.ts';
import { FakeBytes, FakeBytesClient } from './fakeBytes.ts';

export async function sessionOf(disk: ConstructorParameters<typeof FakeBytes>[0]) {
  history.replaceState(null, '', '#');
  const fake = new FakeBytes(disk);
  const client = new FakeBytesClient(fake);
  const session = new Session(client);
  await session.openSample();
  return { fake, client, session };
}

export async function hexPage(disk: ConstructorParameters<typeof FakeBytes>[0]) {
  await page.viewport(1280, 800);
  const made = await sessionOf(disk);
  const host = document.createElement('div');
  Object.assign(host.style, { width: '519px', height: '360px', display: 'flex' });
  document.body.append(host);
  const onKey = (event: KeyboardEvent) => keys.handle(event);
  addEventListener('keydown', onKey);
  const screen = await render(HexPanel, { target: host, props: { session: made.session } });
  const grid = screen.getByRole('application');
  /** The text of the rows on screen, offsets first. */
  const rows = () =>
    [...host.querySelectorAll('.row')].map((row) => (row.textContent ?? '').replace(/\s+/g, ' ').trim());
  const close = async () => {
    removeEventListener('keydown', onKey);
    await screen.unmount();
    host.remove();
  };
  return { ...made, screen, host, grid, rows, close };
}
