package slack

import (
	"encoding/base64"
	"strconv"
	"strings"
)

// pageOf cuts the page that the arguments cursor and limit ask for, and gives
// the cursor of the next page, empty at the end.
// https://docs.slack.dev/apis/web-api/pagination.
func pageOf[T any](all []T, a args) (page []T, next string, err error) {
	limit := a.number("limit", 100)
	if limit < 1 || limit > 1000 {
		return nil, "", refusal{code: "invalid_limit"}
	}
	from, err := offsetOf(a.text("cursor"))
	if err != nil || from > len(all) {
		return nil, "", refusal{code: "invalid_cursor"}
	}
	to := min(from+limit, len(all))
	if to < len(all) {
		next = base64.StdEncoding.EncodeToString([]byte("offset:" + strconv.Itoa(to)))
	}
	return all[from:to], next, nil
}

func offsetOf(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	plain, err := base64.StdEncoding.DecodeString(cursor)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(string(plain), "offset:"), 10, 31)
	return int(n), err
}
