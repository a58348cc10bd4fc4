/** Questions of the lab that open as a dialogue. `node` is the id of a checkpoint, or Now. */
export type LabDialog =
  | { readonly kind: 'take' | 'revert' | 'remove' | 'settings' | 'faults' | 'plug' | 'new' }
  | { readonly kind: 'apply' | 'rename' | 'delete-subtree' | 'files' | 'export'; readonly node: string }
  /** A read, a merge, a memory in motion. */
  | { readonly kind: 'watch' }
  /** The scenario as a link and as a file; hashes of every checkpoint; the machine's folder. */
  | { readonly kind: 'share' | 'hashes' | 'folder' };
