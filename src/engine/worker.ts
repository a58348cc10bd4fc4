/** The engine's thread: waits for calls of `client.ts`. */
import { expose } from 'comlink';
import { browserPlatform } from './browserPlatform.ts';
import { Engine } from './engine.ts';
import { registerJobTransfer } from './jobTransfer.ts';

registerJobTransfer();
expose(new Engine(browserPlatform()));
