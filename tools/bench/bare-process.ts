import { answerParent } from './answer-parent.js';
import { runBareLanes } from './bare-lanes.js';

// The limit of the machine, measured in a process without a pipeline. Started by runChild.
answerParent(runBareLanes);
