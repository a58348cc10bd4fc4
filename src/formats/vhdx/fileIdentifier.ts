/** The VHDX file type identifier: the first 520 bytes, written once and never changed (MS-VHDX 2.2.1). */
import { ascii, field, struct } from '../struct.ts';
import { unicodeLe } from './fieldTypes.ts';

export const IDENTIFIER_COOKIE = 'vhdxfile';

export const identifierStruct = struct('File type identifier', 520, {
  signature: field(ascii(8), 'Marks a VHDX.'),
  creator: field(unicodeLe(512), 'The program that made the file.'),
});
