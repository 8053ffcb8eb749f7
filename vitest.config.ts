import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: './scripts/build-wasm.mjs',
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/ros/**'],
          setupFiles: './test/support/seed.ts',
          testTimeout: 60_000,
        },
      },
      // One graph at a time: two cores, and each test owns a ROS domain.
      {
        test: {
          name: 'ros',
          include: ['test/ros/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
        },
      },
      // What the node does with its messages once more with its native part.
      {
        test: {
          name: 'ros native',
          include: ['test/ros/{node,numbers,pairing}.test.ts'],
          fileParallelism: false,
          testTimeout: 120_000,
          env: { DICE_MONITOR_NATIVE: 'on' },
        },
      },
    ],
  },
})
