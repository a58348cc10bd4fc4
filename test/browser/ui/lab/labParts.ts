/** Parts of the lab's screen on their own: a session whose engine has the fake lab, already open. */
import { page } from 'vitest/browser';
import type { LabView } from '../../../../src/engine/api.ts';
import { labsOf } from '../../../../src/ui/lab/labs.svelte.ts';
import { Session } from '../../../../src/ui/state/session.svelte.ts';
import '../../../../src/ui/look/tokens.css';
import '../../../../src/ui/look/base.css';
import { FakeClient, FakeEngine } from '../../../support/fakeEngine.ts';
import { FakeLab } from '../../../support/fakeLab.ts';
import { labViewOf } from '../../../support/labViews.ts';

export async function openedLab(view: LabView = labViewOf()) {
  await page.viewport(1280, 800);
  history.replaceState(null, '', '#');
  const lab = new FakeLab();
  lab.first = () => view;
  const engine = new FakeEngine({ layers: 3, units: 64, seed: 7 });
  engine.lab = lab;
  const session = new Session(new FakeClient(engine));
  const labs = labsOf(session);
  await labs.start({ from: 'scenario', scenario: null, storage: 'memory' });
  return { lab, labs, session };
}

/** A host of the size that the part has on the screen. */
export function hostOf(width: number, height: number | null = null): HTMLElement {
  const host = document.createElement('div');
  Object.assign(host.style, {
    width: `${width}px`,
    ...(height === null ? {} : { height: `${height}px` }),
    display: 'flex',
    flexDirection: 'column',
  });
  document.body.append(host);
  return host;
}

/** Nothing inside is wider than the host. */
export function overflowOf(host: HTMLElement): string[] {
  const right = host.getBoundingClientRect().right + 0.5;
  return [...host.querySelectorAll<HTMLElement>('*')]
    .filter((element) => !element.closest('.sr') && element.getBoundingClientRect().right > right)
    .map((element) => `${element.tagName} ${element.className}`);
}
