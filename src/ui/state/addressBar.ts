/** Writes the selection into the browser's history and hears of back and forward. */
import { type Address, formatAddress, parseAddress } from './address.ts';

/** Quick successions, such as a held arrow key, are one entry of the history. */
const ONE_ENTRY_MS = 700;

export class AddressBar {
  private lastPushMs = Number.NEGATIVE_INFINITY;

  get current(): Address {
    return parseAddress(location.hash);
  }

  write(address: Address): void {
    const hash = formatAddress(address);
    if (hash === (location.hash || '#')) return;
    const now = performance.now();
    if (now - this.lastPushMs < ONE_ENTRY_MS) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
    this.lastPushMs = now;
  }

  /** Nothing is open any more. */
  clear(): void {
    history.pushState(null, '', location.pathname + location.search);
  }

  /** Returns the way to stop. */
  follow(onMove: (address: Address) => void): () => void {
    const onPop = () => onMove(this.current);
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }
}
