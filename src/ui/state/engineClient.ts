/** What the page needs of the engine's client: the real one wraps a worker, tests bring one of their own. */
import type { EngineClient as WorkerClient } from '../../engine/client.ts';

export type EngineClient = Pick<WorkerClient, 'api' | 'run' | 'onDeath' | 'restart' | 'downloadPrivate'>;
