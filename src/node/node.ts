/**
 * A node, from the moment its process starts: it listens, finds out whose data folder it has and
 * which cluster it belongs to, opens log and state, takes its seats, and in the end puts everything
 * away so that the next start finds it in order.
 */

import { bare, WeirError } from '../base/errors.ts'
import type { GroupId } from '../base/ids.ts'
import { readBootId } from '../io/boot-id.ts'
import { DataFolder, type Tenant } from '../io/data-folder.ts'
import { FolderDisk } from '../io/disk.ts'
import { diskTrouble, stateTrouble } from '../io/disk-trouble.ts'
import { credentialsOf } from '../io/grpc/tls.ts'
import { type GrpcTransport, openTransport } from '../io/grpc/transport.ts'
import { LevelStore, type LockedFolder, lockFolder, unlockFolder } from '../io/level/store.ts'
import { MembersClient } from '../io/members/client.ts'
import { membersDesk } from '../io/members/server.ts'
import type { GreetAnswer } from '../io/members/service.ts'
import { newHasher, randomId } from '../io/random.ts'
import { META_GROUP } from '../meta/state.ts'
import { isLoss } from '../raft/host/loss.ts'
import type { GroupMachine } from '../raft/host/machine.ts'
import { PROTOCOL } from '../raft/links/hello.ts'
import { defaultLinkLimits } from '../raft/links/limits.ts'
import { Links } from '../raft/links/links.ts'
import type { LogStore } from '../raft/store/store.ts'
import { Desk } from './desk.ts'
import { Directory } from './directory.ts'
import { type Ending, givenUp } from './ending.ts'
import type { NodeFace } from './face.ts'
import type { ServedGroup } from './group.ts'
import { Member } from './member.ts'
import { MemberFace } from './member-face.ts'
import { readMemory, showMemory } from './memory-file.ts'
import { MemberMeta, servedOf } from './meta/member-meta.ts'
import { meteredDisk } from './metered-disk.ts'
import { firstGroups } from './names.ts'
import type { NodeParts, Reached } from './node-parts.ts'
import type { Introduction } from './roster/roster.ts'
import { seatAnew } from './seats/anew.ts'
import { Seats, type SeatsParts, Stopped } from './seats/seats.ts'
import { Seeds } from './seeds.ts'
import { settle } from './tenancy.ts'
import { hostLinks } from './wiring.ts'

interface Opened {
  readonly folder: DataFolder
  readonly tenant: Tenant
  readonly store: LogStore
  readonly state: LevelStore
}

const ASK_AGAIN_MS = 300

export class WeirNode<M extends GroupMachine> {
  readonly #parts: NodeParts<M>
  readonly #desk: Desk
  /** The random id of this life of the process, which opens a log once. */
  readonly #opening = randomId()
  #reached: Reached = { address: '', http: '' }
  #transport: GrpcTransport | undefined
  #locked: LockedFolder | undefined
  #client: MembersClient | undefined
  #seeds: Seeds | undefined
  #state: LevelStore | undefined
  #links: Links | undefined
  #member: Member<GroupMachine> | undefined
  #meta: MemberMeta | undefined
  #face: NodeFace | undefined
  #isStopping = false
  #seats: Seats<GroupMachine> | undefined
  /** Settled when nothing is being opened any more. */
  #beginning: Promise<unknown> = Promise.resolve()
  /** The log is not trusted any more: that is being written. */
  #isGivingUp = false
  #peersWritten: Promise<void> = Promise.resolve()

  constructor(parts: NodeParts<M>) {
    const { node, founds } = parts.settings
    this.#parts = parts
    const process = this.#opening
    const greeting = { node, founds, process, cluster: '', formerly: '', address: '', http: '' }
    this.#desk = new Desk(greeting, (name, code, why) => {
      parts.logger.log('warn', 'a node may not join', { peer: name, code, why })
    })
  }

  /** undefined: it does not belong to a cluster yet. */
  get face(): NodeFace | undefined {
    return this.#face
  }

  find(group: GroupId): ServedGroup<M> | undefined {
    return servedOf<M>(this.#member?.replicas.get(group))
  }

  /** undefined: it belongs to no cluster yet. */
  get meta(): MemberMeta | undefined {
    return this.#meta
  }

  /** Takes the data folder and the port; the port that was bound. */
  listen(): Promise<number> {
    return this.#begun(this.#listen())
  }

  /** Resolves when it is a member and its groups are open; its seats it takes in its own time. */
  join(reached: Reached): Promise<void> {
    return this.#begun(this.#join(reached))
  }

  /**
   * In peace: leaderships are handed over, log and state are closed. Whatever is being opened is
   * waited for: it writes to the folder, which nobody else may have before.
   */
  async stop(): Promise<void> {
    this.#isStopping = true
    this.#client?.endJoins()
    await this.#beginning
    const member = this.#member
    if (member !== undefined) await new Promise<void>(resolve => member.stop(resolve))
    this.#meta?.close()
    this.#links?.stop()
    await this.#peersWritten
    // The port before the folder: whoever starts once that is free finds both.
    await new Promise<void>(resolve => {
      if (this.#transport === undefined) resolve()
      else this.#transport.close(resolve)
    })
    await this.#unlock()
  }

  /** At once: what is not durable is lost, as when the process is killed. */
  abort(): void {
    this.#isStopping = true
    this.#links?.stop()
    this.#transport?.destroy()
  }

  #begun<T>(beginning: Promise<T>): Promise<T> {
    this.#beginning = Promise.allSettled([this.#beginning, beginning])
    return beginning
  }

  async #listen(): Promise<number> {
    const { settings, tls } = this.#parts
    const folder = await DataFolder.open(settings.data)
    this.#locked = await lockFolder(folder.path)
    const tenant = await folder.readTenant()
    // Nobody joins by the word of a node whose log may yet prove to be none.
    this.#greet({ formerly: tenant?.cluster ?? '' })
    this.#mustGoOn('it was asked to stop before it listened')
    const { host, port } = settings.listen
    const services = [membersDesk(this.#desk), ...this.#parts.services(id => this.find(id))]
    const answer = await new Promise<Parameters<Parameters<typeof openTransport>[1]>[0]>(
      resolve => {
        const { frameBytesMax } = defaultLinkLimits
        const listen = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
        openTransport({ listen, frameBytesMax, services, ...(tls && { tls }) }, resolve)
      },
    )
    if ('refused' in answer) throw new WeirError(answer.refused.code, bare(answer.refused))
    if (this.#isStopping) answer.transport.destroy()
    this.#mustGoOn('it was asked to stop when it began to listen')
    this.#transport = answer.transport
    const credentials = credentialsOf(tls)
    if ('refused' in credentials) throw new WeirError('tls-unusable', credentials.refused.message)
    const client = new MembersClient(credentials.channel)
    this.#client = client
    this.#seeds = new Seeds(client, settings.node, this.#desk.greeting.process)
    return answer.transport.port
  }

  async #join(reached: Reached): Promise<void> {
    this.#mustGoOn('it was asked to stop before it opened its log')
    const { settings, logger, clock, meter } = this.#parts
    this.#reached = reached
    this.#greet(reached)
    const folder = await DataFolder.open(settings.data)
    const [client, seeds] = [this.#client, this.#seeds]
    if (client === undefined || seeds === undefined) throw new Error('listen comes before join')
    for (;;) {
      const { tenant, store } = await settle({
        settings,
        folder,
        logger,
        makeDisk: path => meteredDisk(new FolderDisk(path), clock, meter),
        newId: randomId,
        askSeeds: () => seeds.askAll(settings.join),
        pause: () => this.#pause(),
        greet: known => this.#greet(known),
        seatAnew: async ({ store, ...wished }) => {
          const self = { ...reached, node: settings.node, store }
          const pause = () => this.#pause()
          await seatAnew({ ...wished, logger, client, seeds, join: settings.join, self, pause })
          this.#mustGoOn('it was asked to stop while it took other seats')
        },
      })
      if (this.#isStopping) await closed(store)
      this.#mustGoOn('it was asked to stop while it opened its log')
      const state = await this.#openState(folder, tenant, store)
      if (state === undefined) continue
      this.#state = state
      if (this.#isStopping) await closed(store)
      this.#mustGoOn('it was asked to stop while it opened its state')
      await this.#open({ folder, tenant, store, state })
      return
    }
  }

  async #unlock(): Promise<void> {
    if (this.#state !== undefined) await this.#state.close()
    else if (this.#locked !== undefined) await unlockFolder(this.#locked)
  }

  /** undefined: by what the state knows, the log has lost something, and is given up. */
  async #openState(
    folder: DataFolder,
    tenant: Tenant,
    store: LogStore,
  ): Promise<LevelStore | undefined> {
    const locked = this.#locked
    if (locked === undefined) throw new Error('listen comes before join')
    try {
      return await LevelStore.begin(locked, {
        folder: folder.path,
        store: tenant.store,
        log: store,
        bootId: readBootId(),
        onFailed: error => this.#onBroken(stateTrouble(error)),
      })
    } catch (error) {
      if (!(error instanceof WeirError) || error.code !== 'log-lost') throw error
      await folder.distrustLog(tenant.store, { why: error.message, groups: [] })
      await closed(store)
      return undefined
    }
  }

  async #open({ folder, tenant, store, state }: Opened): Promise<void> {
    const [transport, client] = [this.#transport, this.#client]
    if (transport === undefined || client === undefined) throw new Error('listen comes before join')
    const { clock, random, logger, meter, settings } = this.#parts
    const { keep: kept, why } = state.verdict
    logger.log('info', 'the state store is open', { kept, why })
    const links = await this.#makeLinks(folder, tenant, store, transport)
    const self: Introduction = {
      ...this.#reached,
      node: settings.node,
      store: tenant.store,
      boot: store.boot,
      opening: this.#opening,
    }
    const directory = new Directory({
      self: settings.node,
      dial: settings.dial,
      onAddress: (node, address) => links.setPeer(node, address),
    })
    const meta = new MemberMeta({
      ...{ clock, logger, self, zone: settings.zone, bodies: this.#parts.meta?.bodies },
      line: { cluster: tenant.cluster, client },
      world: { random, exchange: transport.exchange },
      member: () => this.#member,
      isLiving: node => links.living(node) !== undefined,
      addressOf: node => (node === self.node ? self.address : directory.addressOf(node)),
    })
    const onFatal = (code: string, message: string) => {
      this.#onEnding(folder, store, { code, message })
    }
    const { placing } = meta
    const member: Member<GroupMachine> = new Member({
      ...{ self, clock, random, logger, meter, directory, placing },
      makeMachine: meta.makes(this.#parts.makeMachine),
      links: hostLinks(links, { logger, onFatal }),
      store,
      space: (group, part) => state.space(group, part),
      makeHasher: newHasher,
      leaderWish: group => meta.leaderWish(group),
      onLook: () => meta.onLook(),
      onLeader: group => meta.jobs?.onLeader(group),
      onFatal,
      onUnknownGroup: group => {
        if (!this.#isStopping) this.#seats?.onUnknownGroup(group)
      },
    })
    this.#links = links
    this.#member = member
    this.#meta = meta
    await new Promise<void>(resolve => member.open(resolve))
    await this.#found(folder, tenant, member)
    if (this.#isStopping) return
    const { cluster } = tenant
    const seats = this.#makeSeats({ directory, self, member, cluster, onFatal })
    this.#face = new MemberFace({
      ...{ node: settings.node, cluster, member, directory, links, store, placing },
      ...{ joinsRefused: this.#desk.refused, seats: () => seats.facts() },
    })
    const { line } = meta
    this.#desk.member = { cluster, directory, self, links, replicas: member.seated, line }
    member.start()
    this.#seats = seats
    seats.take()
  }

  #makeSeats(
    known: Omit<SeatsParts<GroupMachine>, 'client' | 'seeds' | 'settings' | 'logger' | 'pause'>,
  ) {
    const [client, seeds] = [this.#client, this.#seeds]
    if (client === undefined || seeds === undefined) throw new Error('listen comes before join')
    const { settings, logger } = this.#parts
    return new Seats<GroupMachine>({
      ...known,
      client,
      seeds,
      settings,
      logger,
      pause: () => this.#pause(),
    })
  }

  #greet(known: Partial<GreetAnswer>): void {
    this.#desk.greeting = { ...this.#desk.greeting, ...known }
  }

  async #found(folder: DataFolder, tenant: Tenant, member: Member<GroupMachine>) {
    if (tenant.founding === 0) return
    const groups = firstGroups(tenant.founding)
    const all = this.#parts.meta === undefined ? groups : [...groups, META_GROUP]
    await new Promise<void>(resolve => member.found(all, resolve))
    await folder.writeTenant({ ...tenant, founding: 0 })
  }

  async #makeLinks(
    folder: DataFolder,
    { cluster, store }: Tenant,
    { boot }: LogStore,
    transport: GrpcTransport,
  ): Promise<Links> {
    const { clock, random, settings } = this.#parts
    const opening = this.#opening
    const peers = readMemory(await folder.readPeers())
    const write = () => {
      this.#peersWritten = this.#peersWritten
        .then(() => folder.writePeers(showMemory(peers)))
        .catch(error => this.#onBroken(diskTrouble(error) ?? (error as Error)))
    }
    return new Links({
      ...{ transport, clock, random },
      self: { protocol: PROTOCOL, cluster, node: settings.node, store, boot, opening },
      memory: { peers, onLearned: write },
      limits: defaultLinkLimits,
    })
  }

  /** A log that proved to be lost is not opened again: that is remembered before all ends. */
  #onEnding(folder: DataFolder, store: LogStore, ending: Ending): void {
    // Several peers may say the same: it is written, and told, once.
    if (this.#isGivingUp) return
    this.#isGivingUp = isLoss(ending.code)
    const tell = () => this.#parts.onFatal(ending.code, ending.message)
    if (!this.#isGivingUp) {
      tell()
      return
    }
    const held = this.#member?.replicas.keys() ?? []
    // Meanwhile nobody is to count on this log.
    this.#links?.stop()
    givenUp(folder, store, { ...ending, held })
      .then(tell)
      .catch(error => this.#onBroken(diskTrouble(error) ?? (error as Error)))
  }

  /** A mistake of ours has no code, and is not told as if it were somebody else's. */
  #onBroken(error: Error): void {
    if (!(error instanceof WeirError)) throw error
    this.#parts.onFatal(error.code, bare(error))
  }

  /** A breath between two questions; the end of all questions when the node stops. */
  async #pause(): Promise<void> {
    await new Promise<void>(resolve => this.#parts.clock.after(ASK_AGAIN_MS, resolve))
    this.#mustGoOn('it was asked to stop')
  }

  #mustGoOn(why: string): void {
    if (this.#isStopping) throw new Stopped(why)
  }
}

const closed = (store: LogStore) => new Promise<void>(resolve => store.close(resolve))
