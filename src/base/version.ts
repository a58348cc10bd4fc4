/** The program's version; a test holds it to package.json, which the built page cannot read. */
export const VERSION = '0.1.0';
