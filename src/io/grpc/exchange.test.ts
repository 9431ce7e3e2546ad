/** A group that asks and one that sends, over real streams: with certificates, and with none. */

import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../base/bytes.ts'
import { type Frame, noRecords, writeFrame } from '../../engine/channels/frame.ts'
import { Schema } from '../../engine/schema/schema.ts'
import { INTEGER } from '../../engine/schema/type.ts'
import { Asking } from '../../group/feed/asking.ts'
import { type Outlet, Serving } from '../../group/feed/serving.ts'
import { realClock } from '../clock.ts'
import { SystemRandom } from '../random.ts'
import { until } from '../testing/until.ts'
import { Authority } from './testing/certificates.ts'
import { addressOf, opener } from './testing/rig.ts'
import type { GrpcTransport } from './transport.ts'

const authority = new Authority('an authority')
const SCHEMA = new Schema([{ name: 'n', type: INTEGER }])
const open = opener()

function frameOf(from: number, to: number): Uint8Array {
  const out = new ByteWriter()
  const words = { channel: 1, generation: 2, readerTerm: 1, from, to, watermark: to }
  writeFrame(out, { ...words, records: noRecords(SCHEMA, 1) })
  return out.finish()
}

/** Who sends: a frame from where each stream begins, and what is asked besides. */
function sending({ exchange }: GrpcTransport) {
  const asked: string[] = []
  const outlets: Outlet[] = []
  const served = {
    attach: (_: number, { cursor }: { cursor: number }, outlet: Outlet) => {
      outlets.push(outlet)
      outlet.send(frameOf(cursor, cursor + 1))
    },
    detach: () => void asked.push('over'),
    onAsk: (_: number, __: Outlet, { kind }: { kind: string }) => void asked.push(kind),
  }
  const serving = new Serving({
    ...{ clock: realClock, transport: exchange },
    look: () => ({
      ...{ cluster: 'c', generation: 2, isSender: true, groups: 1 },
      place: { served, branch: 0 },
    }),
  })
  return { serving, asked, outlets }
}

function asking({ exchange }: GrpcTransport, address: string, cluster = 'c') {
  const frames: Frame[] = []
  const refused: string[] = []
  const one = new Asking({
    ...{ clock: realClock, random: new SystemRandom(), transport: exchange },
    self: { cluster, job: 'j', generation: 2, group: 0, term: 1 },
    group: {
      hello: channel => ({ channel, cursor: frames.length, bytes: 1000 }),
      onFrame: frame => {
        frames.push(frame)
        return 'words'
      },
      taken: () => frames.length,
    },
    addressOf: () => address,
    schemaOf: () => SCHEMA,
    onRefused: (_, code) => void refused.push(code),
  })
  one.open([1])
  return { one, frames, refused }
}

describe.each([
  ['in the clear', {}, {}],
  ['with certificates', { tls: authority.issue('a') }, { tls: authority.issue('b') }],
])('%s', (_, here, there) => {
  test('what is asked and what is sent arrive, and again when the stream broke', async () => {
    const [from, to] = [await open(here), await open(there)]
    const { asked, outlets } = sending(to)
    const { one, frames } = asking(from, addressOf(to))
    await until(() => frames.length === 1)
    one.onDuties({ rewinds: [], credits: [{ channel: 1, bytes: 5 }], wanted: undefined })
    await until(() => asked.includes('grant') && asked.includes('taken'))
    outlets[0]?.end({ code: 'not-the-sender', message: 'ask another' })
    await until(() => frames.length === 2)
    expect(frames.map(({ from: at }) => at)).toEqual([0, 1])
    one.close()
    await until(() => asked.filter(what => what === 'over').length === 2)
  })

  test('who is of another cluster is refused, and sent nothing', async () => {
    const [from, to] = [await open(here), await open(there)]
    sending(to)
    const { one, frames, refused } = asking(from, addressOf(to), 'd')
    await until(() => refused.length > 0)
    one.close()
    expect([frames, refused[0]]).toEqual([[], 'other-cluster'])
  })
})

test('who has no certificate of the cluster is sent nothing', async () => {
  const [from, to] = [await open(), await open({ tls: authority.issue('b') })]
  const { outlets } = sending(to)
  let isClosed = false
  from.exchange.connect(addressOf(to), {
    onOpen: () => undefined,
    onFrame: () => undefined,
    onClosed: () => {
      isClosed = true
    },
  })
  await until(() => isClosed)
  expect(outlets).toEqual([])
})
