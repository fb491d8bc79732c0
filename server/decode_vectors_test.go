package server

import (
	"bytes"
	"encoding/hex"
	"os/exec"
	"strings"
	"testing"

	"rfc6455/testdata/outside"
)

// decodeVectors are what any decoder of the Encoding Standard gives.
var decodeVectors = []struct {
	in   []byte
	want string
}{
	{nil, ""},
	{[]byte("plain"), "plain"},
	{[]byte("한국어 😀"), "한국어 😀"},
	{[]byte("\xef\xbb\xbfx"), "\ufeffx"},
	{[]byte("\xe2\x82"), "\ufffd"},
	{[]byte("\xe2\x82\xe2\x82\xac"), "\ufffd€"},
	{[]byte("\xed\xa0\x80"), "\ufffd\ufffd\ufffd"},
	{[]byte("\xed\xa0\xbd\xed\xb8\x80"), strings.Repeat("\ufffd", 6)},
	{[]byte("\xc0\xaf"), "\ufffd\ufffd"},
	{[]byte("\xe0\x80\xaf"), "\ufffd\ufffd\ufffd"},
	{[]byte("\xf0\x90\x80"), "\ufffd"},
	{[]byte("\xf0\x90\x80A"), "\ufffdA"},
	{[]byte("\xf0\x80\x80\x80"), strings.Repeat("\ufffd", 4)},
	{[]byte("\xf4\x8f\xbf\xbf"), "\U0010ffff"},
	{[]byte("\xf4\x90\x80\x80"), strings.Repeat("\ufffd", 4)},
	{[]byte("\xf5\x80\x80\x80"), strings.Repeat("\ufffd", 4)},
	{[]byte("\xfe\xff"), "\ufffd\ufffd"},
	{[]byte("\x80\xbf"), "\ufffd\ufffd"},
	{[]byte("a\xf1\x80\x80\xe1\x80\xc2b\x80c\x80\xbfd"), "a\ufffd\ufffd\ufffdb\ufffdc\ufffd\ufffdd"},
}

func TestDecodeVectors(t *testing.T) {
	for _, v := range decodeVectors {
		if got := string(appendDecoded(nil, v.in)); got != v.want {
			t.Errorf("% x decoded to %+q, want %+q", v.in, got, v.want)
		}
	}
}

// nodeScript decodes each line, in hexadecimal, in both ways that Node has, and
// prints what it got in hexadecimal, or "differ".
const nodeScript = `
const decoder = new TextDecoder('utf-8', {ignoreBOM: true});
const lines = require('fs').readFileSync(0, 'latin1').split('\n').slice(0, -1);
const hex = (text) => Buffer.from(text, 'utf8').toString('hex');
console.log(lines.map((line) => {
  const bytes = Buffer.from(line, 'hex');
  const text = bytes.toString();
  return decoder.decode(bytes) === text ? hex(text) : 'differ';
}).join('\n'));
`

// TestDecodeAsNode holds the decoder to the one whose chat this is compatible
// with: message.toString().
func TestDecodeAsNode(t *testing.T) {
	node := outside.Program(t, "install Node.js 18 or later, as apt-get install nodejs does", "node")
	var inputs [][]byte
	for _, v := range decodeVectors {
		inputs = append(inputs, v.in)
	}
	for _, a := range edges {
		for _, b := range edges {
			for _, c := range edges {
				inputs = append(inputs, []byte{a, b, c, 0x80, 'x'}, []byte{a, b, c})
			}
		}
	}
	var lines bytes.Buffer
	for _, in := range inputs {
		lines.WriteString(hex.EncodeToString(in) + "\n")
	}
	cmd := exec.CommandContext(t.Context(), node, "-e", nodeScript)
	cmd.Stdin = &lines
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(string(out), "\n")
	if len(answers) != len(inputs)+1 {
		t.Fatalf("%d answers to %d inputs", len(answers)-1, len(inputs))
	}
	for i, in := range inputs {
		if got := hex.EncodeToString(appendDecoded(nil, in)); got != answers[i] {
			t.Errorf("% x decoded to %s, by Node to %s", in, got, answers[i])
		}
	}
}
