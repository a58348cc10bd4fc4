/** What a file is, in words, by its first bytes. */
import { kindOf } from '../../../engine/api.ts';

export function kindText(head: Uint8Array, name: string): string {
  const { words } = kindOf(head, name);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
