package evidence

import (
	"encoding/json"
	"fmt"
	"io"
)

// AddWords puts the words of ASVS into rows: from its own JSON
// (OWASP_Application_Security_Verification_Standard_5.0.0_en.flat.json), which is
// not carried because of its licence.
func AddWords(rows []Row, r io.Reader) error {
	var all struct {
		Requirements []struct {
			Req   string `json:"req_id"`
			Words string `json:"req_description"`
		} `json:"requirements"`
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, &all.Requirements); err != nil { // the list alone, or under its name
		if err := json.Unmarshal(raw, &all); err != nil {
			return fmt.Errorf("the words of ASVS: %w", err)
		}
	}
	words := map[string]string{}
	for _, x := range all.Requirements {
		words[x.Req] = x.Words
	}
	for i := range rows {
		rows[i].Words = words[rows[i].Req]
	}
	return nil
}
