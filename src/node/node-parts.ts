/** What a node is put together from, and where it is reached. */

import type { Clock, Random } from '../base/env.ts'
import type { GroupId } from '../base/ids.ts'
import type { Logger } from '../base/log.ts'
import type { StateSpace } from '../base/state.ts'
import type { TlsFiles } from '../io/grpc/tls.ts'
import type { GrpcService } from '../io/grpc/transport.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import type { ServedGroup } from './group.ts'
import type { JobBodies, JobWorld } from './jobs/body.ts'
import type { Meter } from './meter.ts'
import type { NodeSettings } from './settings.ts'

export interface NodeParts<M extends GroupMachine> {
  readonly settings: NodeSettings
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly meter: Meter
  readonly tls: TlsFiles | undefined
  makeMachine(space: StateSpace, done: (machine: M) => void): void
  /** What is served on the port of the peers besides. */
  services(find: (id: GroupId) => ServedGroup<M> | undefined): readonly GrpcService[]
  /** The cluster that this node founds holds `meta`. Missing: it does not. */
  readonly meta?: {
    /** What runs groups of jobs; missing: none run here. */
    readonly bodies?: (world: JobWorld) => JobBodies
  }
  /** Once. Nothing that follows could be trusted: the process must end. */
  onFatal(code: string, message: string): void
}

/** Where others reach this node. */
export interface Reached {
  readonly address: string
  readonly http: string
}
