/** What experiments are given of the pile and of a job, in the page and in the terminal. */
import { ProgressMeter, type Report } from '../base/progress.ts';
import type { ExperimentTools, StudiedChain } from '../lab/experiments/experiment.ts';
import type { FileId } from './api.ts';
import { childrenOf } from './mergeStretch.ts';
import type { Pile } from './pile.ts';

/** The chain of a file. Siblings are those that the pile knows. */
export function studiedOf(pile: Pile, leaf: FileId): StudiedChain {
  const { ids, images, complete } = pile.chainFrom(leaf);
  const siblings = childrenOf(pile, ids).map(({ entry: { content }, of }) => ({
    name: content.file.name,
    image: content,
    of,
  }));
  return { images, complete, name: images[0]?.file.name ?? '', siblings };
}

/** Progress in steps of the experiment's own, as many as it says. */
export function stepsTold(report: Report): ExperimentTools['advance'] {
  let meter: ProgressMeter | null = null;
  let told = '';
  return (done, of, phase) => {
    meter ??= new ProgressMeter(report, phase, 'steps', of);
    if (phase !== told) meter.enter(phase);
    told = phase;
    meter.advanceTo(done);
  };
}
