-- Incidents of a province, a kabupaten or kota, a kecamatan: Kemendagri codes have 2, 5 and 8 characters there. Without
-- these, an area in which nothing happened is found out by walking through everything that ever did.
CREATE INDEX incident_province ON incident (substr(area_code, 1, 2), opened_us, id);
CREATE INDEX incident_kabupaten ON incident (substr(area_code, 1, 5), opened_us, id);
CREATE INDEX incident_kecamatan ON incident (substr(area_code, 1, 8), opened_us, id);
