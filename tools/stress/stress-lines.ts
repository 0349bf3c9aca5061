import { columnsTo, textTable } from '../../src/text/text-table.js';
import type { StressReport } from './run-stress.js';
import { meanRowName, scoredRows } from './stress-page.js';

/** Lines of one table whose rows are printed as they become known. */
export class StressLines {
  readonly #head: string[];
  #rowsShown = 0;

  constructor(bundleNames: readonly string[]) {
    this.#head = ['', ...bundleNames];
  }

  /** Returns the lines that are new in this report: before the first, what is scored and the heads. */
  take(report: StressReport): string[] {
    const rows = scoredRows(report).slice(this.#rowsShown);
    const { data, pictures, error } = report;
    const before =
      this.#rowsShown > 0
        ? []
        : [
            `${data}, ${pictures} samples; mean of ${error} over five strengths`,
            this.row(this.#head),
          ];
    this.#rowsShown += rows.length;
    return [...before, ...rows.map((row) => this.row(row))];
  }

  /** One line, as wide as all others: the widest name is that of the last row. */
  row(cells: readonly string[]): string {
    const widest = [meanRowName, ...this.#head.slice(1).map(() => '0.000')];
    const numbers = columnsTo(this.#head.length - 1);
    return textTable([this.#head, widest, cells], { numbers }).split('\n').at(-1)!;
  }
}
