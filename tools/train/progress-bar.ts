const barWidth = 24;

function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  const tail = `${String(minutes % 60).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

export interface Progress {
  step: number;
  totalSteps: number;
  epoch: number;
  loss: number;
  learningRate: number;
  imagesPerS: number;
  remainingS: number;
}

/** One line: bar, epoch, loss, learning rate, images a second, time left. */
export function progressLine(progress: Progress): string {
  const share = progress.step / progress.totalSteps;
  const filled = Math.round(share * barWidth);
  const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
  return [
    `${bar} ${(share * 100).toFixed(1).padStart(5)} %`,
    `epoch ${progress.epoch + 1}`,
    `loss ${progress.loss.toFixed(4)}`,
    `lr ${progress.learningRate.toExponential(1)}`,
    `${progress.imagesPerS.toFixed(1)} img/s`,
    `${clockText(progress.remainingS)} left`,
  ].join('  ');
}

/** Draws the line in place on a terminal, and now and then as a line of its own elsewhere. */
export function createProgressPrinter(stream: NodeJS.WriteStream): (progress: Progress) => void {
  let lastAtMs = 0;
  return (progress) => {
    const nowMs = performance.now();
    const isLast = progress.step === progress.totalSteps;
    if (!isLast && nowMs - lastAtMs < (stream.isTTY ? 200 : 15_000)) return;
    lastAtMs = nowMs;
    stream.write(
      stream.isTTY
        ? `\r\x1b[2K${progressLine(progress)}${isLast ? '\n' : ''}`
        : `${progressLine(progress)}\n`,
    );
  };
}
