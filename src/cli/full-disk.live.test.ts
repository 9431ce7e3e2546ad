/**
 * A disk that is full under a real node: it ends with a code and a sentence that says what to do,
 * whoever met the end of the room first, log or state; it says so again when it is started on a
 * full disk; and with room it comes back to everything that it had acknowledged.
 */

import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { callKinds, outcomes } from '../../chaos/kv/service/calls.ts'
import { KvClient } from '../../chaos/kv/service/client.ts'
import { freePorts } from '../../scripts/services/ports.ts'
import { tempFolder } from '../io/testing/folder.ts'
import { bundleCommand } from './testing/bundle.ts'
import { type Ended, Started } from './testing/process.ts'
import { SmallDisk } from './testing/small-disk.ts'

const MIB = 1024 * 1024
const WAIT = { timeout: 30_000, interval: 20 }
const READY = 'every group has confirmed its replica here'

let command = ''
beforeAll(async () => {
  command = await bundleCommand()
})

/** Value number `n`: no two are alike, and none can be made smaller. */
const contentOf = (n: number, sizeBytes: number) =>
  Uint8Array.from({ length: sizeBytes }, (_, at) => (n * 31 + at * (n + 7)) % 251)

class Scene {
  readonly data: string
  readonly acknowledged = new Map<string, number>()
  readonly #address: string
  readonly #sizeBytes: number

  private constructor(data: string, port: number, sizeBytes: number) {
    this.data = data
    this.#address = `127.0.0.1:${port}`
    this.#sizeBytes = sizeBytes
  }

  static async on(folder: string, sizeBytes: number): Promise<Scene> {
    const [port = 0] = await freePorts(1)
    return new Scene(join(folder, 'n1'), port, sizeBytes)
  }

  get args(): readonly string[] {
    const where = ['--listen', this.#address, '--http', '127.0.0.1:0', '--data', this.data]
    return ['node', '--id', 'n1', ...where, '--bootstrap', '--groups', '1']
  }

  start(): Started {
    return new Started(command, this.args)
  }

  /** One write after the other, until the node is gone. */
  async writeUntilItEnds(node: Started): Promise<Ended> {
    const client = new KvClient(this.#address)
    let ended: Ended | undefined
    void node.ended.then(one => {
      ended = one
    })
    for (let n = 1; ended === undefined; n++) {
      const call = { group: 1, kind: callKinds.WRITE, key: `k${n}` }
      const { outcome } = await client.ask({ ...call, value: contentOf(n, this.#sizeBytes) })
      if (outcome === outcomes.OK) this.acknowledged.set(call.key, n)
    }
    client.close()
    return ended
  }

  async expectAll(): Promise<void> {
    const client = new KvClient(this.#address)
    const read = (key: string) => client.ask({ group: 1, kind: callKinds.READ, key })
    await expect.poll(async () => (await read('k1')).outcome, WAIT).toBe(outcomes.OK)
    for (const [key, n] of this.acknowledged) {
      const answer = await read(key)
      expect([key, answer.outcome, answer.nothing ?? false]).toEqual([key, outcomes.OK, false])
      expect(Buffer.compare(answer.value ?? new Uint8Array(0), contentOf(n, this.#sizeBytes))).toBe(
        0,
      )
    }
    client.close()
  }
}

const expectSaid = ({ code, err }: Ended, said: RegExp) => {
  expect(err).toMatch(said)
  expect(code).toBe(1)
}

/** What is written goes to log and state: with small values the state is the first to want room. */
test.each([
  ['small', 512],
  ['large', 200_000],
])('a node that runs, with %s values', async (_, sizeBytes) => {
  const disk = SmallDisk.maybeMount(24 * MIB)
  const limit = disk === undefined ? 1500 : undefined
  const scene = await Scene.on(disk?.folder ?? tempFolder(), sizeBytes)
  const first = limit === undefined ? scene.start() : limited(scene, limit)
  await expect.poll(() => first.has(READY), WAIT).toBe(true)
  disk?.fill(2 * MIB)
  const ended = await scene.writeUntilItEnds(first)
  const full = /disk-full: the disk is full; make room and start again/
  const refused = /io-error: the disk has failed/
  expectSaid(ended, disk === undefined ? refused : full)
  expect(scene.acknowledged.size).toBeGreaterThan(3)
  if (disk !== undefined) {
    disk.fill(0)
    expectSaid(await scene.start().ended, /disk-full: .*(room|free space)/)
    disk.makeRoom(200 * MIB)
  }
  const again = scene.start()
  await expect.poll(() => again.has(READY), WAIT).toBe(true)
  await scene.expectAll()
  expect((await again.stop()).code).toBe(0)
})

test('a node that stops', async () => {
  const disk = SmallDisk.maybeMount(24 * MIB)
  const scene = await Scene.on(disk?.folder ?? tempFolder(), 100)
  const first = scene.start()
  await expect.poll(() => first.has(READY), WAIT).toBe(true)
  // Where nothing can be filled, nothing is: then it stops in peace.
  disk?.fill(0)
  const ended = await first.stop()
  if (disk === undefined) expect(ended.code).toBe(0)
  else expectSaid(ended, /disk-full: the disk is full; make room and start again/)
  disk?.makeRoom(200 * MIB)
  const again = scene.start()
  await expect.poll(() => again.has(READY), WAIT).toBe(true)
  expect((await again.stop()).code).toBe(0)
})

test('a node that has never run', async () => {
  const disk = SmallDisk.maybeMount(MIB)
  const scene = await Scene.on(disk?.folder ?? tempFolder(), 100)
  disk?.fill(0)
  const first = disk === undefined ? limited(scene, 0) : scene.start()
  expectSaid(await first.ended, /: .*(room|disk)/)
  disk?.makeRoom(200 * MIB)
  const again = scene.start()
  await expect.poll(() => again.has(READY), WAIT).toBe(true)
  expect((await again.stop()).code).toBe(0)
})

/** Its files may not grow beyond so many KiB. */
function limited(scene: Scene, kib: number): Started {
  return new Started(command, scene.args, {}, ['bash', '-c', `ulimit -f ${kib}; exec "$@"`, '-'])
}
