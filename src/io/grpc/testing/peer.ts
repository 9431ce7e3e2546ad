/**
 * Test support: a process of its own that is a peer. Arguments: where it listens, its boot, where
 * its peer `a` is. Prints its port; lives until it is killed.
 */

import { nodeId } from '../../../base/ids.ts'
import { openTransport } from '../transport.ts'
import { TestNode } from './node.ts'
import { FRAME_BYTES_MAX } from './rig.ts'

const [listen = '', boot = '', peer = ''] = process.argv.slice(2)

openTransport({ listen, frameBytesMax: FRAME_BYTES_MAX }, answer => {
  if ('refused' in answer) throw new Error(answer.refused.message)
  const node = new TestNode('b', answer.transport, { boot: Number(boot) })
  node.links.setPeer(nodeId('a'), peer)
  process.stdout.write(`${answer.transport.port}\n`)
})
