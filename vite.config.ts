import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds page/ into dist/page. `src` files that the page runs are taken as they are. */
export default defineConfig({
  root: pathOf('./page'),
  publicDir: false,
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  resolve: {
    alias: {
      // The WebAssembly codecs do not load in a bundled page; ours are plain JavaScript.
      '@mcap/support': pathOf('./page/recording/codecs.ts'),
    },
  },
  worker: { format: 'es' },
  build: {
    outDir: pathOf('./dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    // A file as a data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  logLevel: 'error',
});
