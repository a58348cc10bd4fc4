import { test } from 'vitest';
test('p', { timeout: 60000 }, async () => { await import('/tmp/fmt/prof.ts'); });
