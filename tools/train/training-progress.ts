/** Progress of a training run. */
export interface TrainingProgress {
  step: number;
  totalSteps: number;
  epoch: number;
  loss: number;
  learningRate: number;
  imagesPerS: number;
  remainingS: number;
}
