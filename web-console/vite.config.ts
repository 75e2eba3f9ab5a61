import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The binary serves this build under a strict content security policy: no inlined
// assets (they would be data: URLs), no module-preload polyfill (an inline script).
export default defineConfig(({ mode }) => ({
  plugins: [svelte()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  resolve: mode === 'test' ? { conditions: ['browser'] } : {},
  server: {
    port: 5173,
    strictPort: true,
    // A test holds this console's count of cards to the server's examples.
    fs: { allow: ['..'] },
    proxy: {
      '/api': { target: process.env.SIGAP_HTTP ?? 'http://127.0.0.1:8112', ws: true },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    reporters: ['default', './test/closing-line.ts'],
  },
}));
