import { modelRuns } from '../../../support/labModelRuns.ts';

modelRuns(1);
