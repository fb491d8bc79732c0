package chat

import (
	"net/url"
	"strings"
	"testing"
)

const (
	hexMe  = "00112233445566778899aabbccddeeff"
	textMe = "ABEiM0RVZneImaq7zN3u_w" // the same
)

// strange is a connection's own random.
var strange = Secret{15: 1}

func TestQueries(t *testing.T) {
	made := Member{strange.ID(), FriendlyName(strange.ID(), Korean)}
	for _, tt := range []struct {
		raw  string
		want Query
	}{
		{"", Query{Room: "lobby", You: made}},
		{"room=&name=&after=&me=", Query{Room: "lobby", You: made}},
		{"name=%E2%80%AE+", Query{Room: "lobby", You: made}},
		{"room=%EB%B0%A9&name=+Ada+", Query{Room: "방", You: Member{made.ID, "Ada"}, Named: true}},
		{"name=%EC%A7%80%EB%AF%BC&me=" + hexMe, Query{Room: "lobby", You: jimin, Named: true}},
		{"name=%EC%A7%80%EB%AF%BC&me=" + textMe, Query{Room: "lobby", You: jimin, Named: true}},
		{"me=" + strings.ToUpper(hexMe), Query{Room: "lobby", You: Member{jimin.ID, FriendlyName(jimin.ID, Korean)}}},
		{"after=K.41", Query{Room: "lobby", You: made, After: After{true, Position{"K", 41}}}},
		{"after=rubbish", Query{Room: "lobby", You: made, After: After{Given: true}}},
		{"room=a&room=b&other=1", Query{Room: "a", You: made}},
	} {
		if got, refusal := ParseQuery(tt.raw, strange, Korean); refusal != nil || got != tt.want {
			t.Errorf("%q: %+v, %+v\nwant %+v", tt.raw, got, refusal, tt.want)
		}
	}
}

func TestRefusedQueries(t *testing.T) {
	for _, tt := range []struct {
		raw  string
		want *Code
	}{
		{"room=%zz", MalformedQuery},
		{"room=a;b", MalformedQuery},
		{"room=+", BadRoom},
		{"room=%E2%80%AE", BadRoom},
		{"room=%ff", BadRoom},
		{"room=" + strings.Repeat("x", MaxRoom+1), BadRoom},
		{"name=" + strings.Repeat("x", MaxName+1), UnfitName},
		{"name=a%ff", UnfitName},
		{"name=%E2%80%8D", UnfitName},
		{"me=1", BadMe},
		{"me=" + hexMe[1:], BadMe},
		{"me=x" + hexMe[1:], BadMe},
		{"me=" + textMe[1:], BadMe},
		{"me=%2B" + textMe[1:], BadMe},
		{"me=" + textMe[:21] + "x", BadMe}, // bits that are not the secret's
		{"me=" + textMe[:21] + "%0A", BadMe},
		{"me=" + textMe + "%3D%3D", BadMe},
	} {
		if got, refusal := ParseQuery(tt.raw, strange, Korean); refusal == nil || refusal.Code != tt.want || got != (Query{}) {
			t.Errorf("%q: %+v, %+v, want %s", tt.raw, got, refusal, tt.want.Name)
		}
	}
}

func TestIDs(t *testing.T) {
	me, ok := ParseSecret(hexMe)
	if !ok || me.ID() != jimin.ID {
		t.Errorf("the id of %s is %s, want %s for ever", hexMe, me.ID(), jimin.ID)
	}
	if id := me.ID(); strings.Contains(textMe, id) || !isToken(id, 16, 16) {
		t.Errorf("id %s of %s", id, textMe)
	}
	if a, b := (Secret{}).ID(), (Secret{1}).ID(); a == b {
		t.Errorf("two secrets, one id %s", a)
	}
	if id := MessageID([16]byte(me)); id != textMe || !isToken(id, MinID, MaxID) {
		t.Errorf("message id %s", id)
	}
}

func TestFriendlyNames(t *testing.T) {
	for _, l := range []Language{Korean, English} {
		seen := map[string]bool{}
		for n := range 5000 {
			name := FriendlyName(Secret{byte(n), byte(n >> 8)}.ID(), l)
			if clean, ok := CleanName(name); !ok || clean != name {
				t.Fatalf("%q is not a name", name)
			}
			seen[name] = true
		}
		if len(seen) < 900 {
			t.Errorf("only %d names", len(seen))
		}
	}
	if a, b := FriendlyName(jimin.ID, Korean), FriendlyName(jimin.ID, Korean); a != b {
		t.Errorf("%s is called %s and %s", jimin.ID, a, b)
	}
}

func TestPreferredLanguage(t *testing.T) {
	for header, want := range map[string]Language{
		"": Korean, "ko": Korean, "ko-KR,ko;q=0.9,en;q=0.8": Korean, "KO;q=1": Korean, " ko , en": Korean,
		"en": English, "en-US,ko": English, "fr": English, "kok": English, "*": English,
	} {
		if got := PreferredLanguage(header); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func FuzzQuery(f *testing.F) {
	for _, s := range []string{"room=a&name=b&after=c.1&me=" + hexMe, "me=" + textMe, "room=%zz", "name=%E2%80%AE", "after=."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, refusal := ParseQuery(raw, strange, English)
		if refusal != nil {
			if refusal.Code.Close == 0 {
				t.Errorf("%q: %s does not close", raw, refusal.Code.Name)
			}
			return
		}
		again := url.Values{"room": {q.Room}, "name": {q.You.Name}}
		if q.After.Given && q.After.Position.Epoch != "" {
			again.Set("after", q.After.Position.String())
		} else if q.After.Given {
			again.Set("after", "malformed")
		}
		back, refusal := ParseQuery(again.Encode(), strange, English)
		q.Named, q.You.ID = true, back.You.ID
		if refusal != nil || back != q {
			t.Errorf("%q: %+v comes back as %+v, %+v", raw, q, back, refusal)
		}
	})
}
