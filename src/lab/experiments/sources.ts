/** Who said it: the articles that the claims are quoted from. */
import type { SourceMark } from './experiment.ts';

export interface Source {
  readonly mark: SourceMark;
  readonly author: string;
  readonly title: string;
  readonly year: string;
}

export const SOURCES: Readonly<Record<SourceMark, Source>> = {
  A: {
    mark: 'A',
    author: 'Ben Armstrong',
    title: 'Virtual Machine Snapshotting under Hyper-V',
    year: '2008',
  },
  T: { mark: 'T', author: 'Tony, Viridian team', title: 'on snapshot performance', year: '2007' },
  P: {
    mark: 'P',
    author: 'Brien Posey',
    title: 'Using live virtual disk merge in Windows Server 2012 R2',
    year: '',
  },
  D: { mark: 'D', author: 'Brien Posey', title: 'Disaster Recovery for Hyper-V (Part 1)', year: '2009' },
  B: { mark: 'B', author: 'PTB', title: 'on Hyper-V snapshots', year: '' },
  M: { mark: 'M', author: 'Microsoft', title: 'Hyper-V documentation', year: '' },
};
