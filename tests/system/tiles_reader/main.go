// Reads an export of the log with the Go project's own packages for transparency logs: the
// checkpoint as a note, the tiles through tlog.TileHashReader, the records from the bundles.
//
// Usage: tiles_reader DIR
// Checks the checkpoint's signature, the root, that every record is the leaf that the tree has at
// its place, inclusion proofs of some records and consistency with some smaller trees. Prints what
// it checked; ends with 1 at the first thing wrong.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	check(err, "reading")
	return data
}

// tiles reads the export as tlog wants it; the height is not in the exported paths.
type tiles struct{ dir string }

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/", height), "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.dir, path))
		if err != nil {
			// A narrower tile is the beginning of the full one.
			full := path[:strings.LastIndex(path, ".p/")]
			if data, err = os.ReadFile(filepath.Join(t.dir, full)); err != nil {
				return nil, err
			}
			data = data[:tile.W*tlog.HashSize]
		}
		all = append(all, data)
	}
	return all, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// records reads the bundles of a log of `size` records.
func records(dir string, size int64) [][]byte {
	var all [][]byte
	for first := int64(0); first < size; first += width {
		count := size - first
		if count > width {
			count = width
		}
		tile := tlog.Tile{H: height, L: 0, N: first / width, W: int(count)}
		path := strings.Replace(tile.Path(), fmt.Sprintf("tile/%d/0/", height), "tile/entries/", 1)
		data := read(filepath.Join(dir, path))
		for i := int64(0); i < count; i++ {
			length := int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:2+length])
			data = data[2+length:]
		}
		if len(data) != 0 {
			check(fmt.Errorf("%d bytes too many", len(data)), path)
		}
	}
	return all
}

func main() {
	dir := os.Args[1]
	key, err := note.NewVerifier(strings.TrimSuffix(string(read(filepath.Join(dir, "log.vkey"))), "\n"))
	check(err, "the verifier key")
	opened, err := note.Open(read(filepath.Join(dir, "checkpoint")), note.VerifierList(key))
	check(err, "the checkpoint's note")
	// tlog's own tree notes have another first line.
	lines := strings.SplitN(opened.Text, "\n", 2)
	if lines[0] != key.Name() {
		check(fmt.Errorf("%q is not %q", lines[0], key.Name()), "the origin")
	}
	tree, err := tlog.ParseTree([]byte("go.sum database tree\n" + lines[1]))
	check(err, "the checkpoint's text")

	hashes := tlog.TileHashReader(tree, tiles{dir})
	root, err := tlog.TreeHash(tree.N, hashes)
	check(err, "the tree's root")
	if root != tree.Hash {
		check(fmt.Errorf("%v is not %v", root, tree.Hash), "the tree's root")
	}
	all := records(dir, tree.N)
	var indexes []int64
	for n := range all {
		indexes = append(indexes, tlog.StoredHashIndex(0, int64(n)))
	}
	leaves, err := hashes.ReadHashes(indexes)
	check(err, "the leaves")
	for n, record := range all {
		if leaves[n] != tlog.RecordHash(record) {
			check(fmt.Errorf("it is not the leaf of the tree"), fmt.Sprintf("record %d", n))
		}
	}
	proofs := 0
	for n := int64(0); n < tree.N; n += 1 + tree.N/50 {
		proof, err := tlog.ProveRecord(tree.N, n, hashes)
		check(err, "proving a record")
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, n, leaves[n]), "a record's proof")
		old := n + 1
		oldRoot, err := tlog.TreeHash(old, hashes)
		check(err, "an older root")
		consistency, err := tlog.ProveTree(tree.N, old, hashes)
		check(err, "proving a tree")
		check(tlog.CheckTree(consistency, tree.N, tree.Hash, old, oldRoot), "a tree's proof")
		proofs++
	}
	fmt.Printf("tree of %d, %d records, %d inclusion and %d consistency proofs\n", tree.N, len(all),
		proofs, proofs)
}
