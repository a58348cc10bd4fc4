export { wasmHasher as createHasher } from './hasher.ts';
