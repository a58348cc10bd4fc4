/** The contract's part for teaching: experiments, and what merges of an open chain would buy. Plain data. */
import type { Outcome } from '../base/errors.ts';
import type { AdviceFigures } from '../lab/experiments/chainAdvice.ts';
import type { ExperimentId } from '../lab/experiments/experiment.ts';
import type { ExperimentResult } from '../lab/experiments/figures.ts';
import type { ExperimentSetup } from '../lab/experiments/setup.ts';
import type { FileId, Job } from './api.ts';

export type { MergeOffer, ReadMeans } from '../lab/experiments/chainAdvice.ts';

export interface ExperimentRequest {
  readonly id: ExperimentId;
  /** With `disk: 'open'` the chain in view is read. */
  readonly setup: ExperimentSetup;
}

export interface ChainAdvice extends AdviceFigures {
  readonly name: string;
  /** The file that it is seen from: another chain in view makes it old. */
  readonly leaf: FileId;
}

export interface TeachApi {
  /** Nothing that is open is changed: labs of an experiment are its own. */
  runExperiment(request: ExperimentRequest, job: Job): Promise<Outcome<ExperimentResult>>;
  /** Of the chain in view. `setup`: reads, their size, pattern, seed and profile are taken from it. */
  adviseChain(setup: ExperimentSetup, job: Job): Promise<Outcome<ChainAdvice>>;
}
