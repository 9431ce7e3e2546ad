/** A node that gave up its log, and whoever is told of it alone: nothing is founded on its word. */

import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { segmentOf } from '../base/segments/names.ts'
import { settingsOf, settledCluster, TestNode } from './testing/fleet.ts'

const WAIT = { timeout: 30_000, interval: 20 }

test('a founder that was told of it alone waits, and joins once it is a member again', async () => {
  const [founder, , third] = (await settledCluster(3)) as [TestNode, TestNode, TestNode]
  await expect.poll(() => founder.voters().length, WAIT).toBe(3)
  await third.stop()
  const log = join(third.settings.data, 'log')
  for (const name of readdirSync(log)) {
    if (segmentOf(name) !== undefined) rmSync(join(log, name))
  }
  const listen = { host: '127.0.0.1', port: Number(third.address.split(':')[1]) }
  const lost = await new TestNode({ ...third.settings, listen, join: [] }).start()
  await expect.poll(() => lost.has('waiting for a cluster'), WAIT).toBe(true)

  const told = settingsOf('n9', { founds: true, join: [lost.address] })
  const other = await new TestNode(told).start()
  const why = () => other.logged.find(one => one.message === 'waiting for a cluster')?.facts['why']
  await expect.poll(why, WAIT).toMatch(/^no new cluster is founded beside n3 at .* gave up its log/)
  expect(existsSync(join(told.data, 'node'))).toBe(false)

  // Whoever is told of a member too is not kept from it.
  const both = settingsOf('n8', { founds: true, join: [lost.address, founder.address] })
  const eighth = await new TestNode(both).start()
  await expect.poll(() => eighth.has('joining a cluster'), WAIT).toBe(true)

  await lost.stop()
  const again = await new TestNode({ ...third.settings, listen }).start()
  await expect.poll(() => again.has('joining a cluster'), WAIT).toBe(true)
  await expect.poll(() => other.has('joining a cluster'), WAIT).toBe(true)
  await expect.poll(() => other.node.face?.cluster, WAIT).toBe(founder.node.face?.cluster)
  expect([...other.logged, ...again.logged].some(one => one.message.startsWith('founding'))).toBe(
    false,
  )
  expect([...lost.fatal, ...again.fatal, ...other.fatal, ...eighth.fatal]).toEqual([])
})
