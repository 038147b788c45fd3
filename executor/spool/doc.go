// Package spool keeps rows in temporary files, for operators that may not keep
// them in memory.
//
// A Dir is the node's folder of such files, a Space what one statement may have
// there, a File a sequence of batches: written once, front to back, then read by
// any number of Readers. Files hold blocks of the column stream (kv/vector,
// stream.go), written in pieces of PieceSize. A file has no name: it is unlinked
// at creation, so that it ends with its File or with the process. A File that
// never fills a piece stays in memory and makes no file.
//
// # Errors
//
// A full disk is 53100, more than the statement may have 53400, any other failure
// of the file system 58030, a block that does not pass its checksum XX001.
//
// # Concurrency
//
// A Dir and a Space are shared. A File belongs to its writer until Finish; then
// its Readers may run in several goroutines, each in one.
package spool
