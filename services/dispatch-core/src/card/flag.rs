//! What can hold of an incident besides its type and priority. A closed list: routing and agencies read it.

use serde::{Deserialize, Serialize};

macro_rules! flags {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $id:literal, $en:literal;)*) => {
        /// Something that holds of an incident, learned by asking.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Flag { $($(#[$doc])* $name,)* }

        impl Flag {
            /// All of them, as they are shown.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as stored and sent.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it says: Indonesian, English.
            pub const fn words(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($id, $en),)* }
            }
        }
    };
}

flags! {
    /// Somebody does not breathe, or only gasps.
    NotBreathing = "not_breathing", "Tidak bernapas", "Not breathing";
    /// Somebody does not wake up.
    Unconscious = "unconscious", "Tidak sadar", "Unconscious";
    /// Blood that does not stop.
    SevereBleeding = "severe_bleeding", "Perdarahan hebat", "Severe bleeding";
    /// Somebody cannot get out.
    Trapped = "trapped", "Ada yang terjebak", "Somebody is trapped";
    /// Several people are hurt: three or more.
    MassCasualty = "mass_casualty", "Korban banyak", "Many casualties";
    /// A weapon is there.
    Weapon = "weapon", "Ada senjata", "Weapon";
    /// The perpetrator is there.
    PerpetratorPresent = "perpetrator_present", "Pelaku masih di tempat", "Perpetrator present";
    /// A ring could endanger the caller.
    DoNotCallBack = "do_not_call_back", "Jangan telepon balik", "Do not call back";
    /// Gas, fuel, chemicals, smoke of them.
    Hazmat = "hazmat", "Bahan berbahaya", "Hazardous material";
    /// A live wire, or current in water.
    LivePower = "live_power", "Listrik masih menyala", "Power is live";
    /// Something burns.
    Fire = "fire", "Ada api", "Fire";
    /// It can reach houses.
    NearHouses = "near_houses", "Dekat rumah warga", "Near houses";
    /// It spreads or rises quickly.
    Spreading = "spreading", "Cepat meluas", "Spreading fast";
    /// A child or a baby.
    Child = "child", "Anak atau bayi", "Child or baby";
    /// A woman who is pregnant or gives birth.
    Pregnant = "pregnant", "Ibu hamil", "Pregnant";
    /// Somebody who cannot help themselves: old, ill, disabled.
    Vulnerable = "vulnerable", "Lansia, sakit, atau difabel", "Old, ill or disabled";
    /// Reached by boat only: sea, island, river.
    BySea = "by_sea", "Hanya lewat air", "By water only";
    /// Somebody is in the water.
    InWater = "in_water", "Ada orang di air", "Somebody in the water";
    /// Somebody is missing.
    Missing = "missing", "Ada yang hilang", "Somebody missing";
    /// High up: roof, tower, tree, bridge.
    AtHeight = "at_height", "Di ketinggian", "At height";
    /// The road is blocked.
    RoadBlocked = "road_blocked", "Jalan tertutup", "Road blocked";
    /// A dangerous animal is there.
    AnimalPresent = "animal_present", "Hewan masih di tempat", "Animal present";
    /// Somebody may harm themselves.
    SelfHarm = "self_harm", "Bisa melukai diri", "May harm themselves";
    /// The place is not safe for who comes.
    UnsafeScene = "unsafe_scene", "Lokasi belum aman bagi petugas", "Scene not safe for crews";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_what_is_serialised() {
        for flag in Flag::ALL {
            assert_eq!(serde_json::to_string(flag).unwrap(), format!("\"{}\"", flag.code()));
        }
    }
}
