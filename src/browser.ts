/** The library where there is no Node.js: losses and metrics. The engine behind the ROS node needs Node.js. */
export * from './losses/index.ts'
export * from './metrics/index.ts'
