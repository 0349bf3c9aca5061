/** A row and a column that may be paired, and the weight of the pair; above 0. */
export interface Candidate {
  row: number;
  column: number;
  weight: number;
}

/**
 * Pairs rows and columns, each at most once, so that the sum of the pairs' weights is largest. Candidates are solved in
 * connected groups, which share no row or column: sparse problems stay cheap, however long the drive.
 */
export function assign(candidates: readonly Candidate[]): Candidate[] {
  return islandsOf(candidates).flatMap((island) =>
    island.length === 1 ? island : assignDensely(island),
  );
}

/** Groups of candidates that are connected by rows and columns, in the order of their first one. */
function islandsOf(candidates: readonly Candidate[]): Candidate[][] {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    let root = name;
    for (let up = parents.get(root); up !== undefined && up !== root; up = parents.get(root))
      root = up;
    // Path compression, so that long chains are walked only once.
    for (let at = name; at !== root; ) {
      const up = parents.get(at)!;
      parents.set(at, root);
      at = up;
    }
    return root;
  };
  for (const { row, column } of candidates) {
    const [a, b] = [`r${row}`, `c${column}`];
    for (const name of [a, b]) if (!parents.has(name)) parents.set(name, name);
    parents.set(rootOf(a), rootOf(b));
  }
  const islands = new Map<string, Candidate[]>();
  for (const candidate of candidates) {
    const root = rootOf(`r${candidate.row}`);
    const island = islands.get(root);
    if (island === undefined) islands.set(root, [candidate]);
    else island.push(candidate);
  }
  return [...islands.values()];
}

/**
 * The Hungarian method by shortest augmenting paths (Jonker and Volgenant 1987): rows are added one by one, and
 * prices of rows and columns keep all costs at or above 0. Pairs that are not candidates cost 0 and are not returned.
 */
function assignDensely(candidates: readonly Candidate[]): Candidate[] {
  const rows = [...new Set(candidates.map(({ row }) => row))];
  const columns = [...new Set(candidates.map(({ column }) => column))];
  const isTurned = rows.length > columns.length;
  const [few, many] = isTurned ? [columns, rows] : [rows, columns];
  const placeOfFew = new Map(few.map((id, place) => [id, place]));
  const placeOfMany = new Map(many.map((id, place) => [id, place]));
  const best = new Map<number, Candidate>();
  const costs = new Float64Array(few.length * many.length);
  for (const candidate of candidates) {
    const { row, column, weight } = candidate;
    const [a, b] = isTurned ? [column, row] : [row, column];
    const at = placeOfFew.get(a)! * many.length + placeOfMany.get(b)!;
    if (-weight >= costs[at]!) continue;
    costs[at] = -weight;
    best.set(at, candidate);
  }
  const rowOfColumn = cheapestRows(costs, few.length, many.length);
  return [...rowOfColumn].flatMap((row, column) => best.get(row * many.length + column) ?? []);
}

/** For each column the row assigned to it, or a number below 0; every row gets one. `rows` is at most `columns`. */
function cheapestRows(costs: Float64Array, rows: number, columns: number): Int32Array {
  const rowPrices = new Float64Array(rows);
  const columnPrices = new Float64Array(columns + 1);
  // The extra last column stands for the row that is being added.
  const rowOfColumn = new Int32Array(columns + 1).fill(-1);
  for (let row = 0; row < rows; row++) {
    const from = new Int32Array(columns).fill(columns);
    const distances = new Float64Array(columns).fill(Number.POSITIVE_INFINITY);
    const isDone = new Uint8Array(columns + 1);
    rowOfColumn[columns] = row;
    let column = columns;
    while (rowOfColumn[column]! >= 0) {
      isDone[column] = 1;
      const own = rowOfColumn[column]!;
      let next = columns;
      let least = Number.POSITIVE_INFINITY;
      for (let other = 0; other < columns; other++) {
        if (isDone[other]) continue;
        const cost = costs[own * columns + other]! - rowPrices[own]! - columnPrices[other]!;
        if (cost < distances[other]!) {
          distances[other] = cost;
          from[other] = column;
        }
        if (distances[other]! < least) {
          least = distances[other]!;
          next = other;
        }
      }
      for (let other = 0; other <= columns; other++) {
        if (isDone[other]) {
          rowPrices[rowOfColumn[other]!]! += least;
          columnPrices[other]! -= least;
        } else if (other < columns) distances[other]! -= least;
      }
      column = next;
    }
    while (column !== columns) {
      const before = from[column]!;
      rowOfColumn[column] = rowOfColumn[before]!;
      column = before;
    }
  }
  return rowOfColumn.subarray(0, columns);
}
