/** The engine's calls for teaching: experiments, and what merges of the chain in view would buy. */
import type { Outcome } from '../base/errors.ts';
import { memoryTree } from '../lab/drive/labFolders.ts';
import { adviseChain } from '../lab/experiments/adviseChain.ts';
import type { ExperimentTools, StudiedChain } from '../lab/experiments/experiment.ts';
import { EXPERIMENTS } from '../lab/experiments/experiments.ts';
import type { ExperimentResult } from '../lab/experiments/figures.ts';
import type { ExperimentSetup } from '../lab/experiments/setup.ts';
import type { ChainAdvice, ExperimentRequest, Job } from './api.ts';
import type { WorkTools } from './checking.ts';
import { LabCalls } from './labCalls.ts';
import type { Pile } from './pile.ts';
import type { Platform } from './platform.ts';
import { stepsTold, studiedOf } from './studying.ts';
import type { TeachApi } from './teachApi.ts';
import type { ViewSlot } from './viewSlot.ts';

/** What these calls need of the engine. */
export interface TeachEngine {
  readonly platform: Platform;
  readonly pile: Pile;
  readonly slot: ViewSlot;
  work<T>(job: Job, work: (tools: WorkTools) => Promise<T>): Promise<Outcome<T>>;
}

export abstract class TeachCalls extends LabCalls implements TeachApi {
  protected abstract readonly forTeaching: TeachEngine;

  runExperiment({ id, setup }: ExperimentRequest, job: Job): Promise<Outcome<ExperimentResult>> {
    const { work, slot } = this.forTeaching;
    const experiment = EXPERIMENTS[id];
    return work(job, async (tools) => {
      const run = async (chain: StudiedChain | null, signal: AbortSignal) => {
        const figures = await experiment.run(setup, this.experimentTools(tools, signal, chain));
        return { figures, verdict: experiment.verdict(figures, setup) };
      };
      if (setup.disk !== 'open') return run(null, tools.signal);
      return slot.use((_chain, signal) => run(this.chainInView(), signal), tools.signal);
    });
  }

  adviseChain(setup: ExperimentSetup, job: Job): Promise<Outcome<ChainAdvice>> {
    const { work, slot } = this.forTeaching;
    return work(job, (tools) =>
      slot.use(async (_chain, signal) => {
        const chain = this.chainInView();
        const leaf = slot.layers[0] ?? 0;
        const advice = await adviseChain(chain, setup, this.experimentTools(tools, signal, chain));
        return { ...advice, name: chain.name, leaf };
      }, tools.signal),
    );
  }

  private chainInView(): StudiedChain {
    const { pile, slot } = this.forTeaching;
    return studiedOf(pile, slot.layers[0] ?? -1);
  }

  private experimentTools(
    { module, report }: WorkTools,
    signal: AbortSignal,
    chain: StudiedChain | null,
  ): ExperimentTools {
    const { createHasher } = this.forTeaching.platform;
    return {
      module,
      signal,
      chain,
      labHost: () => ({ module, createHasher, folder: memoryTree(), storage: 'memory' }),
      now: () => performance.now(),
      advance: stepsTold(report),
    };
  }
}
