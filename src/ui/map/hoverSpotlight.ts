/** The pointer's spotlight: on while it is over something, then back to the layer that was lit by key or press. */
import type { Session } from '../state/session.svelte.ts';

export class HoverSpotlight {
  #inside = false;
  #before: number | null = null;

  constructor(readonly session: () => Session) {}

  /** null = what the pointer is on belongs to no layer. */
  over(layer: number | null): void {
    const session = this.session();
    if (!this.#inside) this.#before = session.spotlight;
    this.#inside = true;
    if (layer !== session.spotlight) session.setSpotlight(layer);
  }

  leave(): void {
    if (this.#inside) this.session().setSpotlight(this.#before);
    this.#inside = false;
  }
}
