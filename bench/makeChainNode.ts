/** Writes a chain into a folder of this machine, for the figures of files that the user picks. Arguments: folder, shape as JSON. */
import { NodeFolder } from '../src/storage/nodeFolder.ts';
import { makeChain } from './makeChain.ts';

const [folder = '', shape = '{}'] = process.argv.slice(2);
await makeChain(new NodeFolder(folder), JSON.parse(shape));
