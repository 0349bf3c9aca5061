import type { FuzzSubject } from './subject.js';
import { datasetSubjects } from './subjects-of-datasets.js';
import { driveSubjects } from './subjects-of-drives.js';
import { settingSubjects } from './subjects-of-settings.js';
import { toolSubjects } from './subjects-of-tools.js';
import { weightSubjects } from './subjects-of-weights.js';

/** Every kind of user input. */
export const fuzzSubjects: readonly FuzzSubject[] = [
  ...driveSubjects,
  ...settingSubjects,
  ...weightSubjects,
  ...datasetSubjects,
  ...toolSubjects,
];
