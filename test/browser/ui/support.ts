/** What component tests share: a session on the fake engine, and axe. */
import axe from 'axe-core';
import { expect } from 'vitest';
import type { Outcome, PileView } from '../../../src/engine/api.ts';
import { Session } from '../../../src/ui/state/session.svelte.ts';
import { FakeClient, FakeEngine } from '../../support/fakeEngine.ts';

/** A fake engine that opens the pile given; its chains are runs of ids as the files' parents say. */
export class PileEngine extends FakeEngine {
  readonly pointed: [number, number | null][] = [];

  constructor(readonly pile: PileView) {
    super({ layers: 3, units: 64, seed: 7 });
  }

  override open(): Promise<Outcome<PileView>> {
    return Promise.resolve({ ok: true, value: this.pile });
  }

  override openSample(): Promise<Outcome<PileView>> {
    return this.open();
  }

  override async viewFrom(
    ...[leaf, job]: Parameters<FakeEngine['viewFrom']>
  ): ReturnType<FakeEngine['viewFrom']> {
    const outcome = await super.viewFrom(1, job);
    const layers: number[] = [];
    for (let id: number | null = leaf; id !== null; ) {
      layers.push(id);
      id = this.pile.files.find((file) => file.id === id)?.parent ?? null;
    }
    return outcome.ok ? { ok: true, value: { ...outcome.value, layers } } : outcome;
  }

  override pointAtParent = (child: number, parent: number | null): Promise<Outcome<PileView>> => {
    this.pointed.push([child, parent]);
    return this.open();
  };
}

/** A session with the pile open and seen from its first leaf. */
export async function openSession(pile: PileView): Promise<{ session: Session; engine: PileEngine }> {
  history.replaceState(null, '', '#');
  const engine = new PileEngine(pile);
  const session = new Session(new FakeClient(engine));
  await session.openSample();
  return { session, engine };
}

/** No rule of axe is broken inside the element. A part of a page has no landmarks and no first heading of its own. */
export async function expectAccessible(element: Element): Promise<void> {
  const { violations } = await axe.run(element, {
    rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
}
