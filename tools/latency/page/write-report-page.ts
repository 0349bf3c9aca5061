import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { PartialFile } from '../../../src/files/partial-file.js';
import type { FrameTiming } from '../frame-timing.js';
import type { LatencyReport } from '../latency-report.js';
import { reportPage } from './report-page.js';

/** Writes the page. If it cannot, rejects with ERR_OUTPUT and leaves no file. `frames` must not be empty. */
export async function writeReportPage(
  path: string,
  report: LatencyReport,
  frames: readonly FrameTiming[],
): Promise<void> {
  const file = PartialFile.create(path);
  try {
    const page = reportPage(report, frames, await bundledScript());
    await file.append(new TextEncoder().encode(page));
    await file.close();
  } catch (error) {
    file.abort();
    throw error;
  }
}

/** The page's script bundled with its imports: it draws with the same functions as the page's first content. */
export async function bundledScript(): Promise<string> {
  // The package contains the bundled script, but no bundler.
  const packed = new URL('./page-script.bundle.js', import.meta.url);
  if (existsSync(packed)) return readFile(packed, 'utf8');
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const entry = fileURLToPath(new URL(`./page-script.${extension}`, import.meta.url));
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  return outputFiles[0]!.text;
}
