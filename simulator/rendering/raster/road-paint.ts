/** A line along the road. Offsets are metres from the road's centre line, positive to the left. */
export interface RoadLine {
  offsetM: number;
  widthM: number;
  isDashed: boolean;
}

/** The road's cross-section at one resolution: one cell per step across, 0..255. */
interface Section {
  cellsPerM: number;
  solid: Uint8Array;
  dashed: Uint8Array;
  /** Brightness of the surface, where 128 is unchanged: wheel tracks are darker or polished. */
  tone: Uint8Array;
}

const finestCellsPerM = 64;
const cells = 4096;

/**
 * Lane markings as functions of the place on the road. Both directions are averaged over the area that a pixel
 * covers, so that distant lines grow pale instead of flickering.
 */
export class RoadPaint {
  private readonly sections: Section[] = [];

  constructor(
    lines: readonly RoadLine[],
    wheelTracksM: readonly number[],
    trackTone: number,
    readonly dashLengthM: number,
    readonly dashPeriodM: number,
    /** How much the paint hides the asphalt, 0..1. */
    readonly opacity: number,
    readonly red: number,
    readonly green: number,
    readonly blue: number,
  ) {
    let section = finest(lines, wheelTracksM, trackTone);
    this.sections.push(section);
    while (section.cellsPerM > 1) {
      section = {
        cellsPerM: section.cellsPerM / 2,
        solid: halveCells(section.solid),
        dashed: halveCells(section.dashed),
        tone: halveCells(section.tone),
      };
      this.sections.push(section);
    }
  }

  /** The section whose cells are about as wide as the pixel, metres. */
  section(pixelWidthM: number): Section {
    let level = 0;
    for (
      let cellM = 1.4 / finestCellsPerM;
      cellM < pixelWidthM && level < this.sections.length - 1;
      cellM *= 2
    ) {
      level++;
    }
    return this.sections[level]!;
  }

  /** Share of the stretch of `lengthM` around `alongM` that dashes cover, 0..1. */
  dashCover(alongM: number, lengthM: number): number {
    if (lengthM < 0.02) {
      const phase = alongM - Math.floor(alongM / this.dashPeriodM) * this.dashPeriodM;
      return phase < this.dashLengthM ? 1 : 0;
    }
    const half = lengthM * 0.5;
    return (this.dashIntegral(alongM + half) - this.dashIntegral(alongM - half)) / lengthM;
  }

  private dashIntegral(alongM: number): number {
    const periods = Math.floor(alongM / this.dashPeriodM);
    const phase = alongM - periods * this.dashPeriodM;
    return periods * this.dashLengthM + Math.min(phase, this.dashLengthM);
  }
}

function finest(
  lines: readonly RoadLine[],
  wheelTracksM: readonly number[],
  trackTone: number,
): Section {
  const solid = new Uint8Array(cells);
  const dashed = new Uint8Array(cells);
  const tone = new Uint8Array(cells).fill(128);
  for (let i = 0; i < cells; i++) {
    const offsetM = (i + 0.5 - cells / 2) / finestCellsPerM;
    for (const line of lines) {
      const inside = line.widthM / 2 - Math.abs(offsetM - line.offsetM);
      const cover = Math.min(1, Math.max(0, inside * finestCellsPerM + 0.5)) * 255;
      const into = line.isDashed ? dashed : solid;
      into[i] = Math.max(into[i]!, cover);
    }
    for (const trackM of wheelTracksM) {
      const away = Math.abs(offsetM - trackM) / 0.45;
      if (away < 1) tone[i] = Math.round(tone[i]! + trackTone * (1 - away * away));
    }
  }
  return { cellsPerM: finestCellsPerM, solid, dashed, tone };
}

function halveCells(from: Uint8Array): Uint8Array {
  const half = new Uint8Array(from.length >> 1);
  for (let i = 0; i < half.length; i++) half[i] = (from[2 * i]! + from[2 * i + 1]! + 1) >> 1;
  return half;
}
