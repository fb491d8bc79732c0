// Package room is the fan-out: one message in, a thousand connections out. It
// knows neither sockets nor formats nor clocks.
//
// # Terms
//
//   - A log is a room's messages under consecutive numbers: [base, head). It
//     lives in a [Log]; every room's has an epoch, which names its incarnation.
//   - A [Member] follows a room: a connection, as a rule. There is no queue for
//     it anywhere: its [Cursor] is its place in the log, the number of the
//     message that it is offered next.
//   - A [Frame] is a message on the wire in one [Encoding], and is encoded once
//     for all. A [Batch] is a run of them, joined for one write.
//   - A shard is a part of a room's members, with a cursor of its own: 16 of them,
//     or a 32nd of the room. Members whose cursor is the shard's are in step with
//     it. Those who are ready for more and elsewhere in the log lag. Those who are
//     not ready are away: nothing is offered to them, and nothing is kept for
//     them; they are looked at only when the log lets go of what they need.
//   - The front row is a shard of those who spoke lately, 16 at most, in a room
//     of more than one shard.
//   - A pump is a goroutine that runs shards; a server has one for each
//     processor. A turn is what a shard gets from its pump: a pass, or about 128
//     sends of it, then it is the others' turn. A pump breathes when it lets readers go first
//     that have something.
//   - A pass is one walk over a shard's members.
//
// # Flow
//
// [Room.Publish] appends to the log, and wakes a pump if the shards sleep. It
// costs the same whatever the number of members.
//
// A pass (1) empties the shard's inbox: members that came, left or are ready,
// and counts among those that lag who is away and fell off the log;
// (2) takes one batch for each encoding from the shard's cursor on, which (3)
// moves to the batches' end; (4) offers it to the members in step, having
// touched eight at a time so that they are in the processor's caches: who takes
// all stays in step and costs nothing but these calls; (5) offers to each that
// lags the batch at its own cursor, shared by all that are at the same place,
// never past the shard's. Who arrives at the shard's cursor is in step again.
// Messages that are published during a pass leave together with the next one,
// so a busy room sends larger batches, and a quiet room sends at once. A pump
// that wakes breathes first, and again between the turns as long as that brings
// messages: the next shard takes them along.
//
// The front row has a turn after each 32 sends of the others, while there is
// something new. Who speaks again when he has seen what he said, as most do, waits
// for those few sends then, and the others gather more: with 10 speakers 20
// messages leave in one write to each of 100, and some 40 to each of 1,000, where it
// would be 10. It lets the others come up when they are 8 KiB behind: what is
// longer fills the writes anyway. Who speaks ([Cursor.Publish]) moves there after the pass that
// brought his message, to a free seat; when there is none, those who have been
// silent since somebody was last turned away move back.
//
// History on joining, resuming after a break, and slow readers are the same
// thing: a cursor behind the shard's. A cursor behind the log's base cannot
// go on: the next pass takes the member out of the room and says so once, by
// [Member.Overflowed], even if the member never calls Ready again. Those away
// are kept in the order in which they will fall, and cost no message anything
// before. A point to resume from that the log does not have
// is answered by [Start].Resync: there is never a silent gap.
//
// What a shard has not yet come to is never trimmed: a publisher waits
// instead. So who takes all that it is offered loses nothing, however fast the
// others talk.
//
// # Goroutines and locks
//
// All methods may be called from any goroutine, except that [Room.Publish] and
// [Pumps.Close], which wait for pumps, must not be called from within Deliver.
// The locks, in the order in which they are taken: Rooms.mu, Room.encoding,
// Room.mu, shard.mu, pump.mu; of two shards with Room.mu held. None is held while a member or an encoder is
// called, except Room.encoding for an encoder; so a member's own lock may be
// taken in Deliver, and must not be held when a [Cursor] is called.
//
// # Limits
//
//	what                             limit             default  past it
//	rooms                            Config.Rooms      65,536   ErrRooms
//	members of a room                Config.Members    1 Mi     ErrFull
//	encodings                        MaxEncodings      16       NewRooms fails
//	messages of a log                Config.Messages   1,024    the oldest goes, or ErrBehind
//	bytes of a log's bodies          Config.Bytes      1 MiB    the same
//	bytes of one body                Config.Bytes      1 MiB    ErrTooLarge
//	messages of a log at rest        Config.Keep       64       the oldest goes
//	bytes of all logs' bodies        Config.Total      none     the oldest of who says something, Rooms.Relieve
//	rests without members            Config.Idle       2        the room goes
//	wait of a publisher              its context       -        the context's error
//	members of a shard               seating           16-4,096 another shard
//	members of the front row         frontSeats        16       who was silent makes place
//	how far it is ahead              frontAhead        8 KiB    it lets the others go first
//	sends of the others              frontEvery        32       its turn, if it has something
//	seats of a room on one pump      pumpMembers       4,096    the next pump takes part
//	bytes of a batch                 batchBytes        64 KiB   another pass
//	sends of a turn                  sendsPerTurn      128      another turn
//	members touched ahead            touchAhead        8        the next ones when these had theirs
//	breaths in a row                 breaths           10       the turn begins
//	sends without one                breathAtLast      512      a breath
//	the same where it may bring much breathAfter       8        a breath
//	breaths that bring nothing       hopes             16       it may bring little
//	passes that a pump keeps         sparePasses       512      garbage
//	lists for those that lag         spareLags         64       garbage
//
// A log's frames take about as much as its bodies, for each encoding that is
// in use. [Rooms.Rest] is for a clock to call: it trims what is quiet. Within
// Config.Total rooms share what there is; see [Rooms.Relieve].
//
// # Cost
//
// A member takes 76 to 88 bytes: a Cursor of 48 (its shard 8, the member 16, the
// next message 8, a link for the inbox 8, index, encoding, place and marks 8),
// and 24 in the list of those in step (the member 16, its cursor 8). The list of those that are away takes
// 8 more, when all have been there at once; those that lag are listed in space
// of the pump's. A room at rest takes less than 1 KiB, two members and two
// messages of 64 bytes included. A delivery allocates nothing; a message
// allocates one frame for each encoding in use.
//
// A message to a room of two costs about 0.3 microseconds beside what its
// members do with it, most of it in locks that nobody else holds, and 0.8 when
// it is one of 20,000 rooms in turn and little of it is in the processor's
// caches; a member more costs some nanoseconds (BenchmarkRooms, BenchmarkPass).
package room
