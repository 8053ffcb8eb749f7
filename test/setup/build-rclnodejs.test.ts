import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Machine } from './machine.ts'

let machine: Machine
afterEach(() => machine.remove())

/** A ROS 2 and an overlay with a `ros2` of its own; `compiler` stands for node-gyp, which takes a minute. */
function sourced(compiler: string): Record<string, string> {
  machine = new Machine()
  const place = (path: string, text: string) => {
    mkdirSync(dirname(join(machine.checkout, path)), { recursive: true })
    writeFileSync(join(machine.checkout, path), text, { mode: 0o755 })
  }
  place('ros/include/rcl/rcl.h', '')
  place('ros/lib/librcl.so', '')
  place('ros/share/rcl/package.xml', '')
  place('overlay/include/other/other.h', '')
  place('overlay/bin/ros2', '#!/bin/sh\n')
  place('node_modules/rclnodejs/package.json', '{"scripts": {"clean": "npx rimraf ./build"}}')
  place('node_modules/rclnodejs/scripts/install.cjs', 'exports.checkPrebuiltBinary = () => false\n')
  place(
    'node_modules/rclnodejs/scripts/generate_messages.cjs',
    'require("fs").mkdirSync("generated/std_msgs", { recursive: true })\n',
  )
  place('node_modules/node-gyp/bin/node-gyp.js', compiler)
  const [ros, overlay] = [join(machine.checkout, 'ros'), join(machine.checkout, 'overlay')]
  return {
    ROS_DISTRO: 'jazzy',
    AMENT_PREFIX_PATH: `${overlay}:${ros}`,
    PATH: `${join(overlay, 'bin')}:${machine.path}`,
  }
}

test('the headers are those of what is sourced, whatever `ros2` comes first', async () => {
  const env = sourced(`
    const { execFileSync } = require('child_process')
    const { existsSync } = require('fs')
    const { dirname, join } = require('path')
    // As rclnodejs's binding.gyp looks for them.
    const ros = dirname(dirname(execFileSync('which', ['ros2'], { encoding: 'utf8' }).trim()))
    for (const file of ['include/rcl/rcl.h', 'include/other/other.h', 'lib/librcl.so'])
      if (!existsSync(join(ros, file))) throw new Error(file + ' is not below ' + ros)
  `)
  expect(await machine.run('scripts/build-rclnodejs', env)).toEqual({ code: 0, stderr: '' })
})

test("a build that fails says the compiler's own lines, and where the log is", async () => {
  const env = sourced(`
    for (let i = 0; i < 100; i++) console.log('CXX object ' + i)
    console.log('binding.cpp:12:3: error: no member named rcl_shutdown')
    process.exit(1)
  `)
  const { code, stderr } = await machine.run('scripts/build-rclnodejs', env)
  expect(code).toBe(1)
  expect(stderr).toBe(
    `rclnodejs did not compile. What the compiler said:
binding.cpp:12:3: error: no member named rcl_shutdown
The whole log: ${machine.checkout}/node_modules/.rclnodejs.log
`,
  )
})

test('without rcl on AMENT_PREFIX_PATH it says so', async () => {
  const env = sourced('')
  const { code, stderr } = await machine.run('scripts/build-rclnodejs', {
    ...env,
    AMENT_PREFIX_PATH: env.AMENT_PREFIX_PATH!.split(':')[0]!,
  })
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /^rclnodejs needs ROS 2's rcl, and no folder of AMENT_PREFIX_PATH has it: .*overlay\n$/,
  )
})
