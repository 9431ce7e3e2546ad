/** The node's end of the service: what drills ask, in terms of its groups and their desks. */

import type { handleUnaryCall, UntypedHandleCall } from '@grpc/grpc-js'
import { type GroupId, groupId } from '../../../src/base/ids.ts'
import type { GrpcService } from '../../../src/io/grpc/transport.ts'
import type { ServedGroup } from '../../../src/node/group.ts'
import type { Desk, Fed } from '../desk.ts'
import type { StoredMachine } from '../machine.ts'
import {
  outcomes,
  publishingService,
  type WireCommitted,
  type WireCounts,
  type WireFed,
  type WireInput,
} from './proto.ts'

/** Of each output, in the group's own account of what waits. */
const OUTPUT_BYTES = 16

export interface Served {
  find(group: GroupId): ServedGroup<StoredMachine> | undefined
  desk(group: GroupId): Desk | undefined
  readonly counts: ReadonlyMap<string, number>
}

export function publishingServer(served: Served): GrpcService {
  const Feed: handleUnaryCall<WireInput, WireFed> = ({ request }, done) => {
    feed(served, request, fed => done(null, fed))
  }
  const Look: handleUnaryCall<{ readonly group: number }, WireCommitted> = ({ request }, done) => {
    look(served, groupId(request.group), committed => done(null, committed))
  }
  const Count: handleUnaryCall<object, WireCounts> = (_, done) => {
    done(null, { counts: Object.fromEntries(served.counts) })
  }
  const handlers = { Feed, Look, Count } as Readonly<Record<string, UntypedHandleCall>>
  return { definition: publishingService().service, handlers }
}

function feed(served: Served, { group, ...input }: WireInput, done: (fed: WireFed) => void): void {
  const desk = served.desk(groupId(group))
  if (desk === undefined) {
    done({ outcome: outcomes.FAIL, code: 'not-here' })
    return
  }
  desk.feed({ ...input, bytes: OUTPUT_BYTES }, fed => {
    const leader = served.find(groupId(group))?.leaderAddress()
    done({ ...wireOf(fed), ...(leader === undefined ? {} : { leader }) })
  })
}

function wireOf(fed: Fed): WireFed {
  if (fed.kind === 'ok') return { outcome: outcomes.OK, seq: fed.seq }
  const outcome = fed.kind === 'refused' ? outcomes.FAIL : outcomes.UNKNOWN
  return { outcome, code: fed.code }
}

/** As of now: a leader that was deposed says nothing. */
function look(served: Served, group: GroupId, done: (committed: WireCommitted) => void): void {
  const desk = served.desk(group)
  const replica = served.find(group)
  if (desk === undefined || replica === undefined) {
    done({ is_out: false })
    return
  }
  replica.read(({ kind }) => {
    if (kind !== 'ready' || !desk.isOut) done({ is_out: false })
    else {
      const inputs = desk.machine.inputs.map(({ bytes: _, ...input }) => input)
      done({ is_out: true, inputs })
    }
  })
}
