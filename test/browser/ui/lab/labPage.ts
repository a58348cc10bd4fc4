/** What tests of the lab share: the screen on a session whose engine has the fake lab. */
import { render } from 'vitest-browser-svelte';
import type { LabView } from '../../../../src/engine/api.ts';
import LabScreen from '../../../../src/ui/lab/LabScreen.svelte';
import { labsOf } from '../../../../src/ui/lab/labs.svelte.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';
import { FakeLab } from '../../../support/fakeLab.ts';

/** `view` null: nothing is open yet. */
export async function labPage(view: LabView | null | undefined = undefined, lab = new FakeLab()) {
  history.replaceState(null, '', '#');
  const engine = new FakeEngine({ layers: 3, units: 64, seed: 7 });
  engine.lab = lab;
  const session = new Session(new FakeClient(engine));
  session.screen = 'lab';
  const labs = labsOf(session);
  if (view) lab.first = () => view;
  if (view !== null) await labs.start({ from: 'scenario', scenario: null, storage: 'memory' });
  const screen = await render(LabScreen, { session });
  const button = (name: string | RegExp) =>
    screen.getByRole('button', { name, exact: typeof name === 'string' });
  return { lab, labs, session, screen, button, engine };
}
