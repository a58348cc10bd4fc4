/** `cost FILE`: what a read of its disk costs, and what each merge of its chain would buy. */
import { adviseChain } from '../../lab/experiments/adviseChain.ts';
import type { CallOf } from '../call.ts';
import { costLines } from '../costText.ts';
import type { Io } from '../io.ts';
import { withStudied, withTools } from '../studying.ts';
import { jsonText } from '../text.ts';

type Call = CallOf<'cost'>;

/** True where files of the chain are missing. */
export function costCommand({ file, setup, measure, json, ...options }: Call, io: Io): Promise<boolean> {
  return withStudied(io, file, options, async ({ chain, paths }) => {
    const advice = await withTools(io, { chain, measure }, (tools) => adviseChain(chain, setup, tools));
    const { pattern, seed, profile } = setup;
    await io.out(
      json
        ? jsonText({ path: paths[0], layers: paths, pattern, seed, profile, ...advice })
        : `${costLines({ paths, setup, advice }).join('\n')}\n`,
    );
    return !chain.complete;
  });
}
