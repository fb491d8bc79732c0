package chat

import (
	"hash/fnv"
	"strings"
)

// A Language is one that names are made up in.
type Language uint8

// The languages.
const (
	Korean Language = iota
	English
)

// PreferredLanguage reads a header Accept-Language: Korean for those who want it
// first and for those who say nothing, who are no browsers; English for all others.
func PreferredLanguage(header string) Language {
	first, _, _ := strings.Cut(header, ",")
	first, _, _ = strings.Cut(first, ";")
	first, _, _ = strings.Cut(strings.TrimSpace(first), "-")
	if first == "" || strings.EqualFold(first, "ko") {
		return Korean
	}
	return English
}

// FriendlyName makes up a name for the member with that id, always the same.
func FriendlyName(id string, l Language) string {
	h := fnv.New32a()
	h.Write([]byte(id))
	n := h.Sum32()
	words := &koreanWords
	if l == English {
		words = &englishWords
	}
	return words[0][n%32] + " " + words[1][n/32%32]
}

var koreanWords = [2][32]string{
	{
		"느긋한", "반가운", "씩씩한", "다정한", "엉뚱한", "포근한", "용감한", "수줍은",
		"명랑한", "부지런한", "졸린", "배고픈", "재빠른", "든든한", "살가운", "똑똑한",
		"상냥한", "새침한", "호기심많은", "노래하는", "춤추는", "웃는", "산책하는", "책읽는",
		"꿈꾸는", "반짝이는", "조용한", "즐거운", "차분한", "푸른", "작은", "커다란",
	},
	{
		"수달", "고양이", "강아지", "여우", "너구리", "다람쥐", "토끼", "호랑이",
		"고래", "펭귄", "참새", "까치", "부엉이", "두루미", "거북이", "고슴도치",
		"판다", "사슴", "노루", "오리", "제비", "돌고래", "물범", "해달",
		"반달곰", "코알라", "알파카", "기린", "코끼리", "나비", "무당벌레", "개구리",
	},
}

var englishWords = [2][32]string{
	{
		"Easy", "Happy", "Sturdy", "Kind", "Quirky", "Cosy", "Brave", "Shy",
		"Merry", "Busy", "Sleepy", "Hungry", "Swift", "Steady", "Warm", "Clever",
		"Gentle", "Coy", "Curious", "Singing", "Dancing", "Smiling", "Strolling", "Reading",
		"Dreaming", "Sparkling", "Quiet", "Jolly", "Calm", "Blue", "Little", "Mighty",
	},
	{
		"Otter", "Cat", "Puppy", "Fox", "Raccoon", "Squirrel", "Rabbit", "Tiger",
		"Whale", "Penguin", "Sparrow", "Magpie", "Owl", "Crane", "Turtle", "Hedgehog",
		"Panda", "Deer", "Roe", "Duck", "Swallow", "Dolphin", "Seal", "Sea Otter",
		"Moon Bear", "Koala", "Alpaca", "Giraffe", "Elephant", "Butterfly", "Ladybird", "Frog",
	},
}
